import { expect } from 'chai'
import { useClock } from '../support/clock'
import { FaultyStore } from '../support/faulty-store'
import { data, routes } from '../support/handlers'
import { setCookie, Site, type Visitor } from '../support/site'
import { session, type SessionOptions } from '../support/subject'
import { TracingStore } from '../support/tracing-store'

const HANDLERS = routes({
  '/': (req, res) => ((data(req).n = Number(data(req).n ?? 0) + 1), res.end()),
  '/read': (_, res) => res.end(),
  '/remember': (req, res) => ((req.session.cookie.maxAge = 1_000_000), res.end()),
})

const MINUTE = 60_000

async function known(
  options: Partial<SessionOptions> = {},
  store = new TracingStore(),
): Promise<{ visitor: Visitor; store: TracingStore }> {
  const site = new Site({ store, touchAfter: MINUTE, cookie: { maxAge: 10 * MINUTE }, ...options }, HANDLERS)
  const visitor = site.visitor()
  await visitor.get('/')
  store.trace()
  return { visitor, store }
}

describe('options: touchAfter', () => {
  const clock = useClock()

  it('is 0 where nothing is said: each request that changes nothing touches', async () => {
    const { visitor, store } = await known({ touchAfter: undefined })
    for (let visit = 0; visit < 3; visit++) await visitor.get('/read')
    expect(store.trace()).to.deep.equal(['get', 'touch', 'get', 'touch', 'get', 'touch'])
  })

  it('touches a session once in that time, and a save counts', async () => {
    const { visitor, store } = await known()
    clock.turn(MINUTE - 1)
    await visitor.get('/read')
    expect(store.trace()).to.deep.equal(['get'])
    clock.turn(1)
    await visitor.get('/read')
    await visitor.get('/read')
    expect(store.trace()).to.deep.equal(['get', 'touch', 'get'])
    clock.turn(MINUTE)
    await visitor.get('/read')
    expect(store.trace()).to.deep.equal(['get', 'touch'])
  })

  it('says nothing of saves', async () => {
    const { visitor, store } = await known()
    await visitor.get('/')
    expect(store.trace()).to.deep.equal(['get', 'set'])
  })

  it('keeps a session alive that lives for a shorter time than that', async () => {
    const { visitor, store } = await known({ cookie: { maxAge: MINUTE } })
    for (let visit = 0; visit < 5; visit++) {
      clock.turn(MINUTE / 2)
      await visitor.get('/read')
    }
    expect(store.trace()).to.deep.equal(['get', 'touch', 'get', 'touch', 'get', 'touch', 'get', 'touch', 'get', 'touch'])
  })

  it('still stores another lifetime that the handler gave the cookie', async () => {
    const { visitor, store } = await known()
    await visitor.get('/remember')
    expect(store.trace()).to.deep.equal(['get', 'touch'])
  })

  it('still sets a rolling cookie on each response', async () => {
    const { visitor, store } = await known({ rolling: true })
    expect(setCookie(await visitor.get('/read'))).to.be.a('string')
    expect(store.trace()).to.deep.equal(['get'])
  })

  it('is told apart for each session', async () => {
    const { visitor, store } = await known()
    clock.turn(MINUTE)
    const other = new (visitor.constructor as new (server: typeof visitor.server) => Visitor)(visitor.server)
    await other.get('/')
    store.trace()
    await other.get('/read')
    await visitor.get('/read')
    expect(store.trace()).to.deep.equal(['get', 'get', 'touch'])
  })

  it('tries again at once where a touch has failed', async () => {
    const store = new FaultyStore()
    const { visitor } = await known({}, Object.assign(store, { trace: () => store.asked.splice(0) }) as never)
    clock.turn(MINUTE)
    store.fail('touch', new Error('store down'))
    await visitor.get('/read')
    store.mend()
    await visitor.get('/read')
    await visitor.get('/read')
    // After an error it is asked whether the session is there at all
    expect(store.asked).to.deep.equal(['get', 'touch', 'get', 'get', 'touch', 'get'])
  })

  it('a clock that is put back spares nothing', async () => {
    const { visitor, store } = await known()
    clock.turn(-MINUTE)
    await visitor.get('/read')
    expect(store.trace()).to.deep.equal(['get', 'touch'])
  })

  it('fifty at once touch once', async () => {
    const { visitor, store } = await known()
    clock.turn(MINUTE)
    await Promise.all(Array.from({ length: 50 }, async () => visitor.get('/read')))
    const calls = store.trace()
    expect(calls.filter(call => call === 'get')).to.have.length(50)
    expect(calls.filter(call => call === 'touch')).to.have.length(1)
  })

  for (const value of [0, 1, 60_000]) {
    it(`takes ${value}`, () => {
      expect(() => session({ secret: 'x', touchAfter: value })).to.not.throw()
    })
  }
  for (const value of [-1, NaN, Infinity, '60']) {
    it(`refuses ${typeof value} ${value}`, () => {
      expect(() => session({ secret: 'x', touchAfter: value as number })).to.throw(TypeError, 'touchAfter option must be')
    })
  }
})
