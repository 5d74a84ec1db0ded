import { expect } from 'chai'
import { STORES } from '../kinds'
import { useClock } from '../../support/clock'
import { TracingStore } from '../../support/tracing-store'
import { count, KoaSite, lines, show, type KoaSessionOptions, type Visitor } from '../site'
import { Told } from '../told'

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

    // A session in the cookie always has one
    if (kind === 'the cookie') return
    it('true saves no session without an expiry', async () => {
      const visitor = await known({ renew: true, maxAge: null })
      clock.turn(HOUR * 20)
      expect(lines(await visitor.get('/read'))).to.deep.equal([])
    })
  })
}

/** Places in which a session without a maxAge lives for a day. */
const FOR_A_DAY: Record<string, () => KoaSessionOptions> = {
  'the cookie': () => ({}),
  'the cookie, sealed': () => ({ seal: 'a secret of at least 16 bytes' }),
  'a store, in koa-session’s format': () => ({ store: new Told() as never, record: 'expiry' }),
}

for (const [kind, make] of Object.entries(FOR_A_DAY)) {
  describe(`koa options: renew without a maxAge, of sessions in ${kind}`, () => {
    const clock = useClock()

    for (const maxAge of [undefined, null]) {
      it(`true saves when less than half a day remains, with a cookie that ends with the browser: maxAge ${maxAge}`, async () => {
        const visitor = new KoaSite({ ...make(), maxAge, renew: true }, HANDLERS).visitor()
        await visitor.get()
        clock.turn(HOUR * 12)
        expect(lines(await visitor.get('/read'))).to.deep.equal([])
        clock.turn(1)
        const [line] = lines(await visitor.get('/nothing'))
        expect(line)
          .to.be.a('string')
          .and.not.match(/expires/i)
        clock.turn(HOUR * 24 - 1)
        expect((await visitor.get('/read')).text).to.equal('{"views":1}')
      })
    }

    it('true does not save a session with limits of its own on each request', async () => {
      const visitor = new KoaSite({ ...make(), renew: true, absoluteTimeout: HOUR }, HANDLERS).visitor()
      await visitor.get()
      clock.turn(HOUR / 2 + 1)
      expect(lines(await visitor.get('/read'))).to.deep.equal([])
    })

    it('false saves nothing', async () => {
      const visitor = new KoaSite({ ...make() }, HANDLERS).visitor()
      await visitor.get()
      clock.turn(HOUR * 24 - 1)
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
