import { expect } from 'chai'
import { STORES } from '../kinds'
import { useClock } from '../../support/clock'
import { TracingStore } from '../../support/tracing-store'
import { count, KoaSite, lines, show, type KoaSessionOptions, type Visitor } from '../site'

const HOUR = 3_600_000
const HANDLERS = { '/': count, '/read': show, '/nothing': () => {} }

for (const [kind, make] of Object.entries(STORES)) {
  describe(`koa options: renew, of sessions in ${kind}`, () => {
    const clock = useClock()
    const known = async (options: KoaSessionOptions): Promise<Visitor> => {
      const visitor = new KoaSite({ ...make(), maxAge: HOUR, ...options }, HANDLERS).visitor()
      await visitor.get()
      return visitor
    }

    it('true saves nothing while more than half of the lifetime remains', async () => {
      const visitor = await known({ renew: true })
      clock.turn(HOUR / 2)
      expect(lines(await visitor.get('/read'))).to.deep.equal([])
    })

    for (const path of ['/read', '/nothing']) {
      it(`true saves when less remains, on ${path}, and starts the lifetime again`, async () => {
        const visitor = await known({ renew: true })
        clock.turn(HOUR / 2 + 1)
        expect(lines(await visitor.get(path))[0]).to.contain('01:30:00')
        clock.turn(HOUR - 1_000)
        expect((await visitor.get('/read')).text).to.equal('{"views":1}')
      })
    }

    for (const renew of [false, undefined]) {
      it(`${renew} saves nothing at any remaining lifetime`, async () => {
        const visitor = await known({ renew })
        clock.turn(HOUR - 1)
        expect(lines(await visitor.get('/read'))).to.deep.equal([])
      })
    }

    it('true saves no session without an expiry', async () => {
      const visitor = await known({ renew: true, maxAge: null })
      clock.turn(HOUR * 20)
      expect(lines(await visitor.get('/read'))).to.deep.equal([])
    })
  })
}

describe('koa options: renew, store calls', () => {
  const clock = useClock()

  it('are one set', async () => {
    const store = new TracingStore()
    const visitor = new KoaSite({ store, maxAge: HOUR, renew: true }, HANDLERS).visitor()
    await visitor.get()
    clock.turn(HOUR - 1)
    store.trace()
    await visitor.get('/read')
    await visitor.get('/read')
    expect(store.trace()).to.deep.equal(['get', 'set', 'get'])
  })
})
