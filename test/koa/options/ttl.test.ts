import { expect } from 'chai'
import { count, KoaSite, show, type Bag, type Ctx, type KoaSessionOptions } from '../site'
import { Told } from '../told'

type Ttl = KoaSessionOptions['ttl']

const HANDLERS = {
  '/': count,
  '/read': show,
  '/remember': (ctx: Ctx) => ((ctx.session as Bag).maxAge = 90_000),
  '/forget': (ctx: Ctx) => ((ctx.session as Bag).maxAge = null),
}

/** The ttl that the store receives at each save. */
async function told(ttl: Ttl, options: KoaSessionOptions = {}, path = '/'): Promise<unknown[]> {
  const store = new Told()
  await new KoaSite({ store: store as never, ttl, ...options }, HANDLERS).get(path)
  return store.calls.map(([, , , ms]) => ms)
}

describe('koa options: ttl', () => {
  it('is passed to the store, for any lifetime of the cookie', async () => {
    expect(await told(5_000)).to.deep.equal([5_000])
    expect(await told(5_000, { maxAge: 60_000 })).to.deep.equal([5_000])
  })

  it('may be a function of the session', async () => {
    const sessions: [views: unknown, id: unknown, lifetime: unknown][] = []
    const ttl: Ttl = session => {
      sessions.push([(session as never as Bag).views, typeof (session as unknown as { id: unknown }).id, session.cookie.originalMaxAge])
      return 7_000
    }
    expect(await told(ttl, { maxAge: 60_000 })).to.deep.equal([7_000])
    expect(sessions).to.deep.equal([[1, 'string', 60_000]])
  })

  it('is the maxAge of the cookie by default', async () => {
    expect(await told(undefined, { maxAge: 60_000 })).to.deep.equal([60_000])
  })

  it('is the maxAge of this session if it has one', async () => {
    expect(await told(undefined, { maxAge: 60_000 }, '/remember')).to.deep.equal([90_000])
  })

  it('is no longer than idleTimeout and absoluteTimeout say', async () => {
    const within = async (ttl: Ttl, options: KoaSessionOptions, ms: number): Promise<void> => {
      for (const given of await told(ttl, options)) expect(given).to.be.within(ms - 1000, ms)
    }
    await within(undefined, { idleTimeout: 30_000 }, 30_000)
    await within(60_000, { idleTimeout: 30_000 }, 30_000)
    await within(60_000, { absoluteTimeout: 40_000, maxAge: 90_000 }, 40_000)
    expect(await told(20_000, { idleTimeout: 30_000 })).to.deep.equal([20_000])
  })

  it('is undefined for a session without an expiry', async () => {
    for (const maxAge of [undefined, null, 'session'] as const) expect(await told(undefined, { maxAge })).to.deep.equal([undefined])
    expect(await told(undefined, { maxAge: 60_000 }, '/forget')).to.deep.equal([undefined])
  })

  it('that is no number is replaced by the maxAge of the cookie', async () => {
    for (const ms of ['session', '1d', NaN, Infinity, null, undefined, 0, {}, Promise.resolve(5)]) {
      expect(await told(() => ms as never, { maxAge: 60_000 }), String(ms)).to.deep.equal([60_000])
      expect(await told(() => ms as never), String(ms)).to.deep.equal([undefined])
    }
  })

  it('of 0 is ignored, as in koa-generic-session: in some stores it would mean no expiry', async () => {
    expect(await told(0, { maxAge: 60_000 })).to.deep.equal([60_000])
    expect(await told(0)).to.deep.equal([undefined])
  })

  it('is also passed for the write of rolling', async () => {
    const store = new Told()
    const visitor = new KoaSite({ store: store as never, ttl: 5_000, rolling: true }, HANDLERS).visitor()
    await visitor.get()
    await visitor.get('/read')
    expect(store.calls.map(([method, , , ms]) => (method === 'set' ? ms : method))).to.deep.equal([5_000, 'get', 5_000])
  })

  it('that throws is an error of the request', async () => {
    const thrower: Ttl = () => {
      throw new Error('no idea')
    }
    const bad = new KoaSite({ store: new Told() as never, ttl: thrower }, HANDLERS)
    expect((await bad.get()).status).to.equal(500)
    expect(bad.errors.map(err => err.message)).to.deep.equal(['no idea'])
  })

  for (const ttl of ['1d', -1, null, NaN, Infinity, {}]) {
    it(`${String(ttl)} is refused when the app starts`, () => {
      expect(() => new KoaSite({ ttl: ttl as never }, HANDLERS)).to.throw(
        TypeError,
        'ttl option must be a number of milliseconds or a function',
      )
    })
  }
})
