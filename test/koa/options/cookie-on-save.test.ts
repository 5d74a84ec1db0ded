import { expect } from 'chai'
import { useClock } from '../../support/clock'
import { TracingStore } from '../../support/tracing-store'
import { count, countAndSave, KoaSite, leave, lines, show, type Handler, type KoaSessionOptions } from '../site'

const HANDLERS: Record<string, Handler> = {
  '/': count,
  '/read': show,
  '/leave': leave,
  '/save': countAndSave,
  '/regenerate': ctx => ctx.regenerateSession({ keep: true }),
}

describe('koa options: cookieOnSave', () => {
  useClock()

  /** The number of Set-Cookie lines of each response. */
  const sent = async (options: KoaSessionOptions, ...paths: string[]): Promise<number[]> => {
    const visitor = new KoaSite({ store: new TracingStore(), ...options }, HANDLERS).visitor()
    const counts: number[] = []
    for (const path of paths) counts.push(lines(await visitor.get(path)).length)
    return counts
  }

  for (const cookieOnSave of [true, undefined]) {
    it(`${cookieOnSave} sends the cookie with each save`, async () => {
      expect(await sent({ cookieOnSave }, '/', '/', '/read', '/save')).to.deep.equal([2, 2, 0, 2])
    })
  }

  it('false sends it only with the first save', async () => {
    expect(await sent({ cookieOnSave: false }, '/', '/', '/read', '/save')).to.deep.equal([2, 0, 0, 0])
    expect(await sent({ cookieOnSave: false }, '/save', '/')).to.deep.equal([2, 0])
  })

  it('false sends it with each save if it has an expiry', async () => {
    expect(await sent({ cookieOnSave: false, maxAge: 60_000 }, '/', '/', '/read')).to.deep.equal([2, 2, 0])
  })

  it('false sends the cookie of a new ID, and clears it when the session ends', async () => {
    expect(await sent({ cookieOnSave: false }, '/', '/regenerate', '/leave')).to.deep.equal([2, 2, 2])
  })

  it('false has no effect for a session in the cookie', async () => {
    const visitor = new KoaSite({ cookieOnSave: false }, HANDLERS).visitor()
    await visitor.get()
    await visitor.get()
    expect((await visitor.get('/read')).text).to.equal('{"views":2}')
  })
})
