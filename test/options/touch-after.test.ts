import { inspect } from 'node:util'
import { expect } from 'chai'
import { cookieNames } from '../support/browser'
import { useClock } from '../support/clock'
import { FaultyStore } from '../support/faulty-store'
import { data, routes } from '../support/handlers'
import { onEachHost, onEachStorage, onEachStore } from '../support/hosts'
import { Site, siteOn, type Visitor } from '../support/site'
import type { SessionOptions, Store } from '../support/subject'
import { TracingStore } from '../support/tracing-store'

const HANDLERS = routes({
  '/': (req, res) => ((data(req).n = Number(data(req).n ?? 0) + 1), res.end()),
  '/read': (_, res) => res.end(),
  '/save': (req, res) => ((data(req).n = 2), req.session.save(() => res.end())),
  '/count': (req, res) => res.end(String(data(req).n ?? 0)),
  '/remember': (req, res) => ((req.session.cookie.maxAge = 1_000_000), res.end()),
})

const MINUTE = 60_000

onEachStore('options: touchAfter', (host, storage) => {
  const clock = useClock()
  const { touch } = storage

  const siteWith = (options: Partial<SessionOptions>, store: Store): Site => {
    const common = { touchAfter: MINUTE, cookie: { maxAge: 10 * MINUTE }, ...host.keepsAlive, ...storage.options(store) }
    return siteOn(host, { ...common, ...options }, HANDLERS)
  }

  async function known(options: Partial<SessionOptions> = {}): Promise<{ client: Visitor; store: TracingStore }> {
    const store = new TracingStore()
    const client = siteWith(options, store).visitor()
    await client.get('/')
    store.trace()
    return { client, store }
  }

  for (const touchAfter of [0, undefined]) {
    it(`${touchAfter} touches on each request that changes nothing`, async () => {
      const { client, store } = await known({ touchAfter })
      for (let visit = 0; visit < 3; visit++) await client.get('/read')
      expect(store.trace()).to.deep.equal(['get', touch, 'get', touch, 'get', touch])
    })
  }

  it('touches a session once in that time, and a save counts', async () => {
    const { client, store } = await known()
    clock.turn(MINUTE - 1)
    await client.get('/read')
    expect(store.trace()).to.deep.equal(['get'])
    clock.turn(1)
    await client.get('/read')
    await client.get('/read')
    expect(store.trace()).to.deep.equal(['get', touch, 'get'])
    clock.turn(MINUTE)
    await client.get('/read')
    expect(store.trace()).to.deep.equal(['get', touch])
  })

  for (const cookie of [{ maxAge: null }, { maxAge: undefined }, { expires: false as never }]) {
    it(`touches a session once in that time, if its cookie ends with the browser: ${inspect(cookie)}`, async () => {
      const { client, store } = await known({ cookie })
      await client.get('/read')
      clock.turn(MINUTE - 1)
      await client.get('/read')
      expect(store.trace()).to.deep.equal(['get', 'get'])
      clock.turn(1)
      await client.get('/read')
      expect(store.trace()).to.deep.equal(['get', touch])
    })
  }

  it('touches a session after a save of the app, which has left its end as it was', async () => {
    const { client, store } = await known()
    clock.turn(9 * MINUTE)
    await client.get('/save')
    expect(store.trace()).to.deep.equal(['get', 'set', touch])
    clock.turn(9 * MINUTE)
    expect((await client.get('/count')).text).to.equal('2')
  })

  it('does not delay the save of a change', async () => {
    const { client, store } = await known()
    await client.get('/')
    expect(store.trace()).to.deep.equal(['get', 'set'])
  })

  it('keeps a session alive if its maxAge is not longer than touchAfter', async () => {
    const { client, store } = await known({ cookie: { maxAge: MINUTE } })
    for (let visit = 0; visit < 5; visit++) {
      clock.turn(MINUTE / 2)
      await client.get('/read')
    }
    expect(store.trace()).to.deep.equal(['get', touch, 'get', touch, 'get', touch, 'get', touch, 'get', touch])
  })

  it('stores a maxAge that the handler has set, without delay', async () => {
    const { client, store } = await known()
    await client.get('/remember')
    expect(store.trace()).to.deep.equal(['get', 'set'])
  })

  it('sets a rolling cookie on each response', async () => {
    const { client, store } = await known({ rolling: true })
    expect(cookieNames(await client.get('/read'))).to.deep.equal(host.cookieNames(storage.cookieName))
    expect(store.trace()).to.deep.equal(['get'])
  })

  it('counts the time for each session separately', async () => {
    const store = new TracingStore()
    const site = siteWith({}, store)
    const [client, other] = [site.visitor(), site.visitor()]
    await client.get('/')
    clock.turn(MINUTE)
    await other.get('/')
    store.trace()
    await other.get('/read')
    await client.get('/read')
    expect(store.trace()).to.deep.equal(['get', 'get', touch])
  })

  it('touches again at once after a touch that failed', async () => {
    const store = new FaultyStore()
    const client = siteWith({}, store).visitor()
    await client.get('/')
    clock.turn(MINUTE)
    store.asked.splice(0)
    store.fail(touch as 'touch' | 'set', new Error('store down'))
    await client.get('/read')
    store.mend()
    await client.get('/read')
    await client.get('/read')
    // A get after the error checks whether the session still exists
    expect(store.asked).to.deep.equal(['get', touch, 'get', 'get', touch, 'get'])
  })

  it('touches again when the clock is put back', async () => {
    const { client, store } = await known()
    clock.turn(-MINUTE)
    await client.get('/read')
    expect(store.trace()).to.deep.equal(['get', touch])
  })

  it('touches a session once for fifty concurrent requests', async () => {
    const { client, store } = await known()
    clock.turn(MINUTE)
    await Promise.all(Array.from({ length: 50 }, async () => client.get('/read')))
    const calls = store.trace()
    expect(calls.filter(call => call === 'get')).to.have.length(50)
    expect(calls.filter(call => call === touch)).to.have.length(1)
  })
})

onEachHost('options: touchAfter, of sessions in the cookie', host => {
  const clock = useClock()

  it('has no effect: each rolling cookie starts the lifetime anew', async () => {
    const options = { store: 'cookie', touchAfter: MINUTE, rolling: true, cookie: { maxAge: 10 * MINUTE } } as const
    const client = siteOn(host, options, HANDLERS).visitor()
    const count = async (headers: Record<string, string>): Promise<string> => (await client.get('/count', headers)).text
    await client.get('/')
    const Cookie = client.cookie
    await client.get('/read', { Cookie })
    clock.turn(1000)
    await client.get('/read', { Cookie })
    const extended = { Cookie: client.cookie }
    clock.turn(10 * MINUTE - 1)
    expect(await count(extended)).to.equal('1')
    clock.turn(1)
    expect(await count(extended)).to.equal('0')
  })
})

onEachStorage('options: touchAfter', (host, storage) => {
  const start = (touchAfter: number): void => host.start({ ...storage.options(new TracingStore()), touchAfter })

  for (const value of [0, 1, 60_000]) {
    it(`takes ${value}`, () => {
      expect(() => start(value)).to.not.throw()
    })
  }
  for (const value of [-1, NaN, Infinity, '60', null]) {
    it(`refuses ${typeof value} ${value}`, () => {
      expect(() => start(value as number)).to.throw(TypeError, 'touchAfter option must be a number of milliseconds')
    })
  }
})
