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

  /** How many lines each visit is sent. */
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

  it('false sends it with the first alone', async () => {
    expect(await sent({ cookieOnSave: false }, '/', '/', '/read', '/save')).to.deep.equal([2, 0, 0, 0])
    expect(await sent({ cookieOnSave: false }, '/save', '/')).to.deep.equal([2, 0])
  })

  it('false sends it with each where it has a date, which moves', async () => {
    expect(await sent({ cookieOnSave: false, maxAge: 60_000 }, '/', '/', '/read')).to.deep.equal([2, 2, 0])
  })

  it('false sends that of another id, and takes it back at the end', async () => {
    expect(await sent({ cookieOnSave: false }, '/', '/regenerate', '/leave')).to.deep.equal([2, 2, 2])
  })

  it('false means nothing where the session is in the cookie, which a change would not reach else', async () => {
    const visitor = new KoaSite({ cookieOnSave: false }, HANDLERS).visitor()
    await visitor.get()
    await visitor.get()
    expect((await visitor.get('/read')).text).to.equal('{"views":2}')
  })
})
