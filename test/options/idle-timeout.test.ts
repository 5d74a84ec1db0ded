import { inspect } from 'node:util'
import { expect } from 'chai'
import { info } from '../../lib'
import { lines } from '../support/browser'
import { useClock } from '../support/clock'
import { ENGINES, EngineStore } from '../support/engine-store'
import { count, routes, show, shown } from '../support/handlers'
import { onEachHost, onEachStorage } from '../support/hosts'
import { endOf } from '../support/jar'
import { siteOn, type Site } from '../support/site'
import type { SessionOptions, Store } from '../support/subject'
import { TracingStore } from '../support/tracing-store'
import { VersionedStore } from '../support/versioned-store'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const IDLE = 30 * MINUTE

const HANDLERS = routes({
  '/': count,
  '/read': show,
  '/poll': show,
  '/poll/change': count,
  '/expires': (req, res) => res.end(JSON.stringify(req.session.cookie.expires || null)),
  '/info': (req, res) => res.end(JSON.stringify(info(req) ?? null)),
})

type Client = ReturnType<Site['browser']>

const isThere = async (client: Client, path = '/read'): Promise<boolean> => 'views' in shown((await client.get(path)).text)

onEachStorage('options: idleTimeout', (host, storage) => {
  const clock = useClock()

  const siteWith = (options: Partial<SessionOptions> = {}, store: Store = new TracingStore()): Site =>
    siteOn(host, { ...storage.options(store), idleTimeout: IDLE, ...options }, HANDLERS)

  for (const [what, cookie] of Object.entries({ 'a cookie that ends with the browser': {}, 'a cookie of a day': { maxAge: 24 * HOUR } })) {
    it(`keeps a session that is used, and ends it when it is not, with ${what}`, async () => {
      const client = siteWith({ cookie }).browser()
      await client.get()
      for (let visit = 0; visit < 10; visit++) {
        clock.turn(IDLE - 1)
        expect(await isThere(client)).to.equal(true)
      }
      clock.turn(IDLE)
      expect(await isThere(client)).to.equal(false)
    })
  }

  it('ends it touchAfter earlier at the earliest, which is a minute or a tenth of it', async () => {
    for (const [idleTimeout, least] of [
      [IDLE, MINUTE],
      [MINUTE, MINUTE / 10],
    ] as const) {
      const client = siteWith({ idleTimeout, cookie: { maxAge: 24 * HOUR } }).browser()
      await client.get()
      clock.turn(least - 1)
      expect(await isThere(client)).to.equal(true)
      clock.turn(idleTimeout - least)
      expect(await isThere(client)).to.equal(true)
      clock.turn(idleTimeout)
      expect(await isThere(client)).to.equal(false)
    }
  })

  it('moves the end on each request with touchAfter: 0', async () => {
    const client = siteWith({ touchAfter: 0 }).browser()
    await client.get()
    clock.turn(1)
    await client.get('/read')
    clock.turn(IDLE - 1)
    expect(await isThere(client)).to.equal(true)
  })

  it('leaves the cookie as it is', async () => {
    const client = siteWith({ cookie: { maxAge: 24 * HOUR } }).browser()
    const [line] = lines(await client.get())
    expect(endOf(line as string)).to.equal(clock.now() + 24 * HOUR)
    const plain = siteWith().browser()
    const [other] = lines(await plain.get())
    expect(endOf(other as string)).to.equal(Infinity)
  })

  for (const cookie of [{}, { maxAge: null }, { maxAge: undefined }, { expires: null }, { expires: false as never }]) {
    it(`shows the app no end of a cookie that ends with the browser: ${inspect(cookie)}`, async () => {
      const client = siteWith({ cookie }).browser()
      await client.get()
      expect((await client.get('/expires')).text).to.equal('null')
      expect(await isThere(client)).to.equal(true)
    })
  }

  it('does not count requests that are no activity', async () => {
    const client = siteWith({ activity: req => !String(req.url).startsWith('/poll') }).browser()
    await client.get()
    for (let minute = 1; minute < 30; minute++) {
      clock.turn(MINUTE)
      expect(await isThere(client, '/poll')).to.equal(true)
    }
    clock.turn(MINUTE)
    expect(await isThere(client, '/poll')).to.equal(false)
  })

  it('asks an activity that promises', async () => {
    const client = siteWith({ activity: async () => Promise.resolve(false) }).browser()
    await client.get()
    clock.turn(IDLE - 1)
    expect(await isThere(client)).to.equal(true)
    clock.turn(1)
    expect(await isThere(client)).to.equal(false)
  })

  it('fails a request whose activity throws', async () => {
    const client = siteWith({
      activity: () => {
        throw new Error('no idea')
      },
    }).browser()
    const { status, text } = await client.get()
    expect([status, text]).to.deep.equal([500, host.errorText('no idea')])
  })

  it('ends at absoluteTimeout, however active the user is', async () => {
    const client = siteWith({ absoluteTimeout: HOUR }).browser()
    await client.get()
    for (let part = 1; part < 4; part++) {
      clock.turn(HOUR / 4)
      expect(await isThere(client)).to.equal(true)
    }
    const told = JSON.parse((await client.get('/info')).text) as { expiresAt: string }
    expect(new Date(told.expiresAt).valueOf()).to.equal(clock.now() + HOUR / 4)
    clock.turn(HOUR / 4)
    expect(await isThere(client)).to.equal(false)
  })

  it('tells when a session ends', async () => {
    const client = siteWith().browser()
    await client.get()
    clock.turn(MINUTE)
    const told = JSON.parse((await client.get('/info')).text) as { expiresAt: string }
    expect(new Date(told.expiresAt).valueOf()).to.equal(clock.now() + IDLE)
  })

  it('stores a handle that the app has been told, of a session from before', async () => {
    const store = new TracingStore()
    const client = siteWith({ idleTimeout: undefined }, store).browser()
    await client.get()
    const later = client.at(siteWith({}, store).server)
    const [one, two] = [(await later.get('/info')).text, (await later.get('/info')).text]
    expect(JSON.parse(two)).to.deep.equal(JSON.parse(one)).and.have.property('handle')
  })
})

onEachHost('options: idleTimeout', host => {
  const clock = useClock()

  for (const [what, engine] of Object.entries(ENGINES)) {
    const siteWith = (store: EngineStore, options: Partial<SessionOptions> = {}): Site =>
      siteOn(host, { store: store.asStore, idleTimeout: IDLE, ...options }, HANDLERS)

    it(`never logs an active user out, on ${what}`, async () => {
      const store = new EngineStore(engine)
      const client = siteWith(store).browser()
      await client.get()
      for (let visit = 0; visit < 60; visit++) {
        clock.turn([1, MINUTE, IDLE - MINUTE, 10_000][visit % 4] as number)
        expect(await isThere(client)).to.equal(true)
      }
      clock.turn(IDLE)
      expect(await isThere(client)).to.equal(false)
    })

    it(`moves the end once a minute, on ${what}`, async () => {
      const store = new EngineStore(engine)
      const client = siteWith(store).browser()
      await client.get()
      store.trace()
      for (let second = 0; second < 180; second += 10) {
        clock.turn(10_000)
        await client.get('/read')
      }
      const moves = store.trace().filter(call => call !== 'get')
      expect(moves).to.deep.equal(Array<string>(3).fill(engine.touch === 'none' ? 'set' : 'touch'))
    })

    it(`never logs an active user out with a touchAfter that is longer, on ${what}`, async () => {
      const client = siteWith(new EngineStore(engine), { touchAfter: 2 * IDLE }).browser()
      await client.get()
      for (let visit = 0; visit < 10; visit++) {
        clock.turn(IDLE / 3)
        expect(await isThere(client)).to.equal(true)
      }
    })

    it(`keeps a session that requests without activity change, on ${what}`, async () => {
      const store = new EngineStore(engine)
      const client = siteWith(store, { activity: req => !String(req.url).startsWith('/poll') }).browser()
      await client.get()
      clock.turn(IDLE - MINUTE)
      await client.get('/read')
      clock.turn(2 * MINUTE)
      await client.get('/poll/change')
      expect(await isThere(client, '/poll')).to.equal(true)
      // If a touch moves only a TTL, the record does not have the end, so that a change moves it
      clock.turn(IDLE - 2 * MINUTE)
      expect(await isThere(client, '/poll')).to.equal(engine.touch === 'ttl')
    })

    it(`shows nothing of a touch in the session, on ${what}`, async () => {
      const store = new EngineStore(engine)
      const client = siteWith(store).browser()
      await client.get()
      clock.turn(2 * MINUTE)
      await client.get('/read')
      expect(JSON.stringify(store.record).includes('touched')).to.equal(engine.touch === 'record')
      expect((await client.get('/read')).text).to.not.include('touched')
      await client.get('/')
      expect(JSON.stringify(store.record)).to.not.include('touched')
    })

    it(`leaves a session of express-session alone, on ${what}`, async () => {
      const store = new EngineStore(engine)
      const client = siteOn(host, { store: store.asStore }, HANDLERS).browser()
      await client.get()
      clock.turn(24 * HOUR)
      expect(await isThere(client.at(siteWith(store).server))).to.equal(true)
    })
  }

  it('refreshes a session in the cookie once a minute, and not with each response', async () => {
    const client = siteOn(host, { store: 'cookie', idleTimeout: IDLE }, HANDLERS).browser()
    await client.get()
    const set: number[] = []
    for (let second = 10; second <= 120; second += 10) {
      clock.turn(10_000)
      if (lines(await client.get('/read')).length > 0) set.push(second)
    }
    expect(set).to.deep.equal([60, 120])
  })

  it('refreshes a session in the cookie in time, with a touchAfter that is longer', async () => {
    const client = siteOn(host, { store: 'cookie', idleTimeout: IDLE, touchAfter: 2 * IDLE }, HANDLERS).browser()
    await client.get()
    for (let visit = 0; visit < 10; visit++) {
      clock.turn(IDLE / 3)
      expect(await isThere(client)).to.equal(true)
    }
  })

  it('does not refresh a cookie whose end cannot move any more', async () => {
    const client = siteOn(host, { store: 'cookie', idleTimeout: IDLE, absoluteTimeout: IDLE }, HANDLERS).browser()
    await client.get()
    for (let minute = 1; minute < 30; minute++) {
      clock.turn(MINUTE)
      expect(lines(await client.get('/read'))).to.deep.equal([])
    }
  })

  it('does not bring back a session that ended during the request, on a store that compares', async () => {
    const store = new VersionedStore(new Map())
    const handlers = routes({ '/': count, '/slow': (req, res) => (clock.turn(IDLE), count(req, res)) })
    const client = siteOn(host, { store, idleTimeout: IDLE }, handlers).browser()
    await client.get()
    expect((await client.get('/slow')).text).to.equal('2')
    expect((await client.get()).text).to.equal('1')
  })

  for (const ms of [1, IDLE, Infinity]) {
    it(`takes ${ms}`, () => {
      expect(() => host.start({ idleTimeout: ms })).to.not.throw()
    })
  }
  for (const ms of [0, -1, NaN, -Infinity, '60', null, true, 8.65e15]) {
    it(`refuses ${typeof ms} ${String(ms)}`, () => {
      expect(() => host.start({ idleTimeout: ms as number })).to.throw(
        TypeError,
        /^idleTimeout option must be a number of milliseconds above 0, or Infinity, not .*; write 30 \* 60_000 for half an hour$/,
      )
    })
  }

  it('takes an absoluteTimeout that is as long, and refuses one that is shorter', () => {
    expect(() => host.start({ idleTimeout: IDLE, absoluteTimeout: IDLE })).to.not.throw()
    expect(() => host.start({ idleTimeout: IDLE, absoluteTimeout: IDLE - 1 })).to.throw(
      TypeError,
      `absoluteTimeout option must be at least idleTimeout, which is ${IDLE}, not the number ${IDLE - 1}; write an absoluteTimeout of at least ${IDLE}, or a shorter idleTimeout`,
    )
  })

  it('takes a function for activity, and refuses anything else, and activity alone', () => {
    expect(() => host.start({ idleTimeout: IDLE, activity: () => true })).to.not.throw()
    expect(() => host.start({ idleTimeout: IDLE, activity: true as never })).to.throw(TypeError, 'activity option must be a function')
    expect(() => host.start({ activity: () => true })).to.throw(TypeError, 'activity option needs idleTimeout')
  })
})
