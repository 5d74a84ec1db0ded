import { expect } from 'chai'
import { authenticated, info } from '../../lib'
import { lines } from '../support/browser'
import { useClock } from '../support/clock'
import { ENGINES, EngineStore } from '../support/engine-store'
import { count, data, endWith, routes, show, shown } from '../support/handlers'
import { onEachHost, onEachStorage } from '../support/hosts'
import { endOf } from '../support/jar'
import { siteOn, type Handler, type Site } from '../support/site'
import { session, type SessionData, type SessionOptions, type Store } from '../support/subject'
import { TracingStore } from '../support/tracing-store'
import { VersionedStore } from '../support/versioned-store'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const HANDLE = /^[\w-]{22}$/

const settled =
  (act: (req: Parameters<Handler>[0]) => Promise<unknown>): Handler =>
  async (req, res) => {
    const err = await act(req).then(
      () => undefined,
      (err: Error & { code?: string }) => err,
    )
    res.end(err ? (err.code ?? err.message) : 'done')
  }

/** What a client may send to an app that copies the fields of a form into the session. */
const FORGED = { '~': { c: 1, a: 4e12, h: 'forged' } }

const HANDLERS = routes({
  '/': count,
  '/read': show,
  '/info': (req, res) => res.end(JSON.stringify(info(req) ?? null)),
  '/again': settled(authenticated),
  '/first': settled(async req => {
    data(req).user = 'ada'
    await authenticated(req)
  }),
  '/logout-again': settled(async req => {
    await req.session.destroy()
    await authenticated(req)
  }),
  '/regenerate': (req, res) => req.session.regenerate(endWith(res)),
  '/login': (req, res) => req.session.regenerate(() => count(req, res)),
  '/keep': settled(async req => (req.session as { regenerate(options: object): Promise<void> }).regenerate({ keep: true })),
  '/keep-and-change': async (req, res) => {
    await (req.session as { regenerate(options: object): Promise<void> }).regenerate({ keep: true })
    data(req).user = 'ada'
    res.end(info(req)?.handle)
  },
  '/keys': (req, res) => res.end(JSON.stringify([Object.keys(req.session).filter(key => key !== 'cookie'), '~' in req.session])),
  '/own': (req, res) => ((data(req)['~'] = 'mine'), res.end()),
  // As an app does that copies the fields of a form
  '/forge': (req, res) => (Object.assign(data(req), { '~': { c: 1, a: Date.now() + 1000 * HOUR, h: 'forged' } }), res.end()),
  '/copy': (req, res) => (Object.assign(data(req), { views: 2, ...FORGED }), res.end()),
  '/update': settled(async req => session.update(req, draft => void Object.assign(draft, { views: 2, ...FORGED }))),
  '/replace': (req, res) => ((req.session = { views: 7 } as never), res.end()),
  '/reload': settled(async req => req.session.reload()),
})

interface Info {
  readonly handle: string
  readonly createdAt: string
  readonly authenticatedAt: string
  readonly expiresAt: string | null
}

type Client = ReturnType<Site['browser']>

const infoOf = async (client: Client): Promise<Info> => JSON.parse((await client.get('/info')).text) as Info
const views = async (client: Client): Promise<string> => (await client.get('/')).text
const date = (ms: number): string => new Date(ms).toISOString()

onEachStorage('options: absoluteTimeout', (host, storage) => {
  const clock = useClock()

  const siteWith = (options: Partial<SessionOptions> = {}, store: Store = new TracingStore()): Site =>
    siteOn(host, { ...storage.options(store), absoluteTimeout: HOUR, ...options }, HANDLERS)

  for (const [what, cookie] of Object.entries({
    'a cookie that ends with the browser': {},
    'a cookie that lives longer': { maxAge: 24 * HOUR },
  })) {
    it(`ends a session that is used all the time, with ${what}`, async () => {
      const client = siteWith({ cookie, rolling: true }).browser()
      for (let visit = 1; visit <= 4; visit++) {
        expect(await views(client)).to.equal(String(visit))
        clock.turn(HOUR / 4 - 1)
      }
      expect(await views(client)).to.equal('5')
      clock.turn(4)
      expect(await views(client)).to.equal('1')
    })
  }

  it('is no limit by default, nor with Infinity', async () => {
    for (const absoluteTimeout of [undefined, Infinity]) {
      const client = siteWith({ absoluteTimeout, cookie: { maxAge: 24 * HOUR } }).browser()
      await views(client)
      clock.turn(2 * HOUR)
      expect(await views(client)).to.equal('2')
      expect(await infoOf(client)).to.equal(null)
    }
  })

  it('ends a shorter cookie no earlier and no later than without', async () => {
    const client = siteWith({ cookie: { maxAge: MINUTE } }).browser()
    await views(client)
    clock.turn(MINUTE - 1)
    expect(await views(client)).to.equal('2')
    clock.turn(MINUTE)
    expect(await views(client)).to.equal('1')
  })

  it('is restarted by authenticated, and by nothing less', async () => {
    const client = siteWith({ rolling: true, cookie: { maxAge: 24 * HOUR } }).browser()
    await views(client)
    clock.turn(HOUR / 2)
    const before = await infoOf(client)
    expect((await client.get('/again')).text).to.equal('done')
    const after = await infoOf(client)
    expect(after.handle).to.equal(before.handle).and.match(HANDLE)
    expect(after.createdAt).to.equal(before.createdAt)
    expect([before.authenticatedAt, after.authenticatedAt]).to.deep.equal([before.createdAt, date(clock.now())])
    expect([before.expiresAt, after.expiresAt]).to.deep.equal([date(clock.now() + HOUR / 2), date(clock.now() + HOUR)])
    clock.turn(HOUR - 1)
    expect(await views(client)).to.equal('2')
    clock.turn(1)
    expect(await views(client)).to.equal('1')
  })

  it('is restarted by regenerate, with another handle', async () => {
    const client = siteWith().browser()
    await views(client)
    const before = await infoOf(client)
    clock.turn(HOUR / 2)
    await client.get('/login')
    const after = await infoOf(client)
    expect(after.handle).to.not.equal(before.handle)
    expect([after.createdAt, after.authenticatedAt]).to.deep.equal([date(clock.now()), date(clock.now())])
  })

  it('goes on with regenerate({ keep }), with the same handle', async () => {
    const client = siteWith().browser()
    await views(client)
    const before = await infoOf(client)
    clock.turn(HOUR / 2)
    expect((await client.get('/keep')).text).to.equal('done')
    expect(await infoOf(client)).to.deep.equal(before)
    clock.turn(HOUR / 2 - 1)
    expect(await views(client)).to.equal('2')
    clock.turn(1)
    expect(await views(client)).to.equal('1')
  })

  it('goes on with another object in the place of the session', async () => {
    // On Koa another object begins another session
    if (host.framework === 'Koa') return
    const client = siteWith().browser()
    await views(client)
    const before = await infoOf(client)
    clock.turn(HOUR / 2)
    await client.get('/replace')
    expect([await infoOf(client), await views(client)]).to.deep.equal([before, '8'])
  })

  it('shows nothing of it in the session', async () => {
    const client = siteWith().browser()
    for (let visit = 0; visit < 3; visit++) await views(client)
    expect(JSON.parse((await client.get('/keys')).text)).to.deep.equal([['views'], false])
    expect(shown((await client.get('/read')).text)).to.deep.equal({ views: 3 })
    await client.get('/reload')
    expect(JSON.parse((await client.get('/keys')).text)).to.deep.equal([['views'], false])
  })

  it('never lets the cookie live longer than the session', async () => {
    const client = siteWith({ rolling: true, cookie: { maxAge: 24 * HOUR } }).browser()
    const began = clock.now()
    expect(endOf(lines(await client.get('/'))[0] as string)).to.equal(began + HOUR)
    clock.turn(HOUR / 2)
    expect(endOf(lines(await client.get('/'))[0] as string)).to.equal(began + HOUR)
  })

  it('lets no cookie live longer than browsers keep it', async () => {
    const client = siteWith({ absoluteTimeout: 1000 * 24 * HOUR, cookie: { maxAge: 500 * 24 * HOUR } }).browser()
    expect(endOf(lines(await client.get('/'))[0] as string)).to.equal(clock.now() + 400 * 24 * HOUR)
  })

  it('takes a session from before, from the next request on', async () => {
    const store = new TracingStore()
    const cookie = { maxAge: 24 * HOUR }
    const client = siteWith({ absoluteTimeout: undefined, cookie }, store).browser()
    await views(client)
    const later = client.at(siteWith({ cookie }, store).server)
    clock.turn(2 * HOUR)
    expect(shown((await later.get('/read')).text)).to.deep.equal({ views: 1 })
    clock.turn(HOUR - 1)
    expect(shown((await later.get('/read')).text)).to.deep.equal({ views: 1 })
    clock.turn(1)
    expect(shown((await later.get('/read')).text)).to.deep.equal({})
  })

  it('keeps what it has written if the option is taken out, and hides it', async () => {
    const store = new TracingStore()
    const client = siteWith({}, store).browser()
    await views(client)
    const before = await infoOf(client)
    const without = client.at(siteWith({ absoluteTimeout: undefined }, store).server)
    clock.turn(MINUTE)
    expect(JSON.parse((await without.get('/keys')).text)).to.deep.equal([['views'], false])
    expect(await views(without)).to.equal('2')
    expect(await infoOf(client)).to.deep.equal(before)
  })

  it('leaves data of the app under the reserved key alone that the session has from its start, and has no effect then', async () => {
    const client = siteWith({ cookie: { maxAge: 24 * HOUR } }).browser()
    await client.get('/own')
    await views(client)
    clock.turn(2 * HOUR)
    expect(shown((await client.get('/read')).text)).to.deep.equal({ '~': 'mine', views: 1 })
    expect(await infoOf(client)).to.equal(null)
  })

  it('leaves data of the app under the reserved key alone that were stored before the option', async () => {
    const store = new TracingStore()
    const cookie = { maxAge: 24 * HOUR }
    const before = siteWith({ absoluteTimeout: undefined, cookie }, store).browser()
    await views(before)
    await before.get('/own')
    const client = before.at(siteWith({ cookie }, store).server)
    await views(client)
    clock.turn(2 * HOUR)
    expect(shown((await client.get('/read')).text)).to.deep.equal({ views: 2, '~': 'mine' })
    expect(await infoOf(client)).to.equal(null)
  })

  for (const paths of [['/own'], ['/', '/own'], ['/own', '/', '/own'], ['/', '/own', '/keep']]) {
    it(`stores no data of the app under the reserved key later, which would end the limit: ${paths.join(', ')}`, async () => {
      const client = siteWith({ cookie: { maxAge: 24 * HOUR } }).browser()
      await views(client)
      for (const path of paths) await client.get(path)
      expect(shown((await client.get('/read')).text)).to.not.have.property('~')
      clock.turn(HOUR)
      expect(shown((await client.get('/read')).text)).to.deep.equal({})
    })
  }

  it('does not save a session again because the app had put data under the reserved key', async () => {
    const store = new session.MemoryStore()
    const client = siteWith({ cookie: { maxAge: 24 * HOUR } }, store).browser()
    await views(client)
    await client.get('/own')
    const texts = (): string[] => Object.values(store.sessions)
    const before = texts()
    expect(lines(await client.get('/read'))).to.deep.equal([])
    expect(texts()).to.deep.equal(before)
  })

  for (const paths of [['/forge'], ['/own', '/forge'], ['/own', '/read', '/forge', '/forge'], ['/forge', '/own', '/forge']]) {
    it(`takes no data of the app for its own, after ${paths.join(', ')}`, async () => {
      const client = siteWith({ cookie: { maxAge: 24 * HOUR } }).browser()
      await views(client)
      for (const path of paths) await client.get(path)
      const { handle, authenticatedAt } = await infoOf(client)
      expect(handle).to.match(HANDLE)
      expect(new Date(authenticatedAt).valueOf()).to.equal(clock.now())
      clock.turn(HOUR)
      expect(shown((await client.get('/read')).text)).to.deep.equal({})
    })
  }

  for (const [path, options] of [
    ['/copy', {}],
    ['/copy', { concurrency: 'off' }],
    ['/update', {}],
  ] as const) {
    it(`takes no data for its own that a process without limits was sent: ${path}, ${JSON.stringify(options)}`, async () => {
      const store = new TracingStore()
      const client = siteWith({ absoluteTimeout: undefined, ...options }, store).browser()
      await views(client)
      await client.get(path)
      const { handle, authenticatedAt } = await infoOf(client.at(siteWith({}, store).server))
      expect(handle).to.match(HANDLE)
      expect(new Date(authenticatedAt).valueOf()).to.equal(clock.now())
    })
  }
})

onEachHost('options: absoluteTimeout', host => {
  const clock = useClock()

  it('stores one key more, and the nearest end', async () => {
    const store = new EngineStore({ touch: 'ttl', expires: true })
    const client = siteOn(host, { store: store.asStore, absoluteTimeout: HOUR, cookie: { maxAge: 24 * HOUR } }, HANDLERS).browser()
    await views(client)
    const { handle } = await infoOf(client)
    const { cookie, ...rest } = store.record
    expect(rest).to.deep.equal({ views: 1, '~': { c: clock.now(), a: clock.now(), h: handle } })
    expect([cookie.originalMaxAge, cookie.expires]).to.deep.equal([24 * HOUR, date(clock.now() + HOUR)])
  })

  for (const [what, engine] of Object.entries(ENGINES)) {
    it(`ends the session of ${what}`, async () => {
      const store = new EngineStore(engine)
      const options = { store: store.asStore, absoluteTimeout: HOUR, ...host.keepsAlive }
      const client = siteOn(host, options, HANDLERS).browser()
      await views(client)
      for (const part of [HOUR / 2, HOUR / 2 - 1]) {
        clock.turn(part)
        expect(shown((await client.get('/read')).text)).to.deep.equal({ views: 1 })
      }
      clock.turn(1)
      expect(shown((await client.get('/read')).text)).to.deep.equal({})
    })

    it(`writes a session from before once, to ${what}`, async () => {
      const store = new EngineStore(engine)
      const client = siteOn(host, { store: store.asStore }, HANDLERS).browser()
      await views(client)
      const later = client.at(siteOn(host, { store: store.asStore, absoluteTimeout: HOUR }, HANDLERS).server)
      store.trace()
      await later.get('/read')
      expect(store.trace()).to.deep.equal(['get', 'set'])
      await later.get('/read')
      expect(store.trace().filter(call => call === 'set')).to.deep.equal([])
    })
  }

  it('is restarted by regenerate if genid gives the same ID again', async () => {
    const store = new EngineStore({ touch: 'ttl', expires: true })
    const options = { store: store.asStore, absoluteTimeout: HOUR, genid: () => 'one-id-for-all-of-the-sessions' }
    const client = siteOn(host, options, HANDLERS).browser()
    for (let visit = 0; visit < 2; visit++) await views(client)
    const before = await infoOf(client)
    clock.turn(HOUR / 2)
    await client.get('/login')
    const after = await infoOf(client)
    expect(after.authenticatedAt).to.equal(date(clock.now()))
    expect(after.handle).to.not.equal(before.handle)
    expect(await views(client)).to.equal('2')
  })

  it('goes on in the request of a regenerate({ keep }) with any data that it saves then', async () => {
    const client = siteOn(host, { absoluteTimeout: HOUR }, HANDLERS).browser()
    await views(client)
    const before = await infoOf(client)
    clock.turn(MINUTE)
    expect((await client.get('/keep-and-change')).text).to.equal(before.handle)
    expect(await infoOf(client)).to.deep.equal(before)
    expect(shown((await client.get('/read')).text)).to.deep.equal({ views: 1, user: 'ada' })
  })

  it('authenticated moves the end in the store at once, also of a cookie that lives longer', async () => {
    const store = new EngineStore({ touch: 'ttl', expires: true })
    const client = siteOn(host, { store: store.asStore, absoluteTimeout: HOUR, cookie: { maxAge: 24 * HOUR } }, HANDLERS).browser()
    await views(client)
    clock.turn(HOUR / 2)
    await client.get('/again')
    expect(store.record.cookie.expires).to.equal(date(clock.now() + HOUR))
  })

  it('does not write a session again and again to a store that loses what it needs', async () => {
    const store = new EngineStore({ touch: 'ttl', expires: true })
    const { set } = store
    store.set = (id, { cookie, views }: SessionData & { views?: number }, done) => set.call(store, id, { cookie, views } as never, done)
    const client = siteOn(host, { store: store.asStore, absoluteTimeout: HOUR }, HANDLERS).browser()
    await views(client)
    store.trace()
    for (let visit = 0; visit < 3; visit++) await client.get('/read')
    expect(store.trace().filter(call => call === 'set')).to.deep.equal([])
  })

  it('is no longer life for a session in a cookie that ends with the browser: a day, as without', async () => {
    const client = siteOn(host, { store: 'cookie', absoluteTimeout: 7 * 24 * HOUR }, HANDLERS).browser()
    await views(client)
    clock.turn(24 * HOUR - 1)
    expect(await views(client)).to.equal('2')
    clock.turn(24 * HOUR)
    expect(await views(client)).to.equal('1')
  })

  it('destroys what the store has of a session that is over, and clears the cookie', async () => {
    const store = new EngineStore({ touch: 'ttl', expires: false })
    const options = { store: store.asStore, absoluteTimeout: HOUR, clearCookie: true }
    const client = siteOn(host, options, HANDLERS).browser()
    await views(client)
    store.trace()
    clock.turn(HOUR)
    const set = lines(await client.get('/read'))
    expect(store.trace()).to.deep.equal(['get', 'destroy'])
    expect([store.rows.size, set.map(line => endOf(line))]).to.deep.equal([0, set.map(() => 0)])
    expect(set).to.have.length(host.cookieNames('sid').length)
  })

  it('goes on without the session if the store cannot destroy it', async () => {
    const store = new EngineStore({ touch: 'ttl', expires: false })
    const client = siteOn(host, { store: store.asStore, absoluteTimeout: HOUR }, HANDLERS).browser()
    await views(client)
    clock.turn(HOUR)
    store.destroy = (_id, done) => done(new Error('down'))
    expect(await views(client)).to.equal('1')
  })

  it('authenticated fails with a code if the session has ended', async () => {
    const client = siteOn(host, { absoluteTimeout: HOUR }, HANDLERS).browser()
    await views(client)
    if (host.framework === 'Connect') expect((await client.get('/logout-again')).text).to.equal('ERR_SESSION_NOT_FOUND')
  })

  it('authenticated says which option it needs', async () => {
    const client = siteOn(host, {}, HANDLERS).browser()
    await views(client)
    expect((await client.get('/again')).text).to.equal('authenticated needs the option absoluteTimeout, idleTimeout or userId')
  })

  it('authenticated stores a new session', async () => {
    const client = siteOn(host, { absoluteTimeout: HOUR }, HANDLERS).browser()
    expect((await client.get('/first')).text).to.equal('done')
    clock.turn(MINUTE)
    expect((await infoOf(client)).createdAt).to.equal(date(clock.now() - MINUTE))
  })

  it('drops the save of a request during which the session ends, on a store that compares', async () => {
    const store = new VersionedStore(new Map())
    const handlers = routes({ '/': count, '/slow': (req, res) => (clock.turn(HOUR), count(req, res)) })
    const client = siteOn(host, { store, absoluteTimeout: HOUR }, handlers).browser()
    await views(client)
    expect((await client.get('/slow')).text).to.equal('2')
    expect(await views(client)).to.equal('1')
  })

  describe('that passes while another process writes the session, on a store that compares', () => {
    /** A client's views after the limit. @param write what the other process does before the session is ended */
    async function viewsAfter(write: (store: VersionedStore, id: string) => void): Promise<{ views: string; records: number }> {
      const store = Object.assign(new VersionedStore(new Map()), { returnsExpired: true })
      const client = siteOn(host, { store, absoluteTimeout: HOUR }, HANDLERS).browser()
      await views(client)
      const [id] = store.records.keys() as Iterable<string> as [string]
      clock.turn(HOUR)
      const { compareAndSet } = store
      store.compareAndSet = (...args) => {
        store.compareAndSet = compareAndSet
        write(store, id)
        store.compareAndSet(...args)
      }
      return { views: await views(client), records: store.records.size }
    }

    const change = (store: VersionedStore, id: string, marks: object): void => {
      const record = JSON.parse(store.records.get(id)?.text as string) as SessionData & { '~': object }
      store.set(id, { ...record, views: 7, '~': { ...record['~'], ...marks } } as never)
    }

    it('goes on if the user has authenticated there', async () => {
      const later = { a: clock.now() + HOUR }
      expect(await viewsAfter((store, id) => change(store, id, later))).to.deep.equal({ views: '8', records: 1 })
    })

    it('has ended if only the data has changed, or the other process has ended it', async () => {
      expect(await viewsAfter((store, id) => change(store, id, {}))).to.deep.equal({ views: '1', records: 1 })
      expect(await viewsAfter((store, id) => store.destroy(id))).to.deep.equal({ views: '1', records: 1 })
    })
  })

  for (const ms of [1, HOUR, 400 * 24 * HOUR, Infinity]) {
    it(`takes ${ms}`, () => {
      expect(() => host.start({ store: new session.MemoryStore(), absoluteTimeout: ms })).to.not.throw()
    })
  }
  for (const ms of [0, -1, NaN, -Infinity, '60', null, new Date(), 8.65e15]) {
    it(`refuses ${typeof ms} ${String(ms)}`, () => {
      expect(() => host.start({ absoluteTimeout: ms as number })).to.throw(
        TypeError,
        /^absoluteTimeout option must be a number of milliseconds above 0, or Infinity, not .*; write 12 \* 3_600_000 for twelve hours$/,
      )
    })
  }
})
