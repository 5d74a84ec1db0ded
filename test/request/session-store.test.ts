import { expect } from 'chai'
import { data, endWith, routes } from '../support/handlers'
import { Site, type Handler, type Req, type Visitor } from '../support/site'
import { session, subject, type SessionOptions } from '../support/subject'
import { TracingStore } from '../support/tracing-store'

/** An app that sets another store on each request: each test has both, with a session of its client in each. */
describe('request: req.sessionStore = other', () => {
  let first: TracingStore
  let other: TracingStore
  let site: Site

  const ROUTES: Record<string, Handler> = {
    '/nothing': (_, res) => res.end(),
    '/change': (req, res) => ((data(req).n = 2), res.end()),
    '/save': (req, res) => ((data(req).n = 2), req.session.save(endWith(res))),
    '/update': async (req, res) =>
      endWith(res)(await session.update(req, bag => void Object.assign(bag, { n: 2 })).catch((err: unknown) => err)),
    '/reload': (req, res) => req.session.reload(err => res.end(err ? String(err) : String(data(req).from))),
    '/destroy': (req, res) => req.session.destroy(endWith(res)),
    '/regenerate': (req, res) => req.session.regenerate(endWith(res)),
    '/unset': (req, res) => ((req.session = null as never), res.end()),
  }

  const start = async (options: Partial<SessionOptions> = {}, swap: (store: TracingStore) => object = () => other): Promise<Visitor> => {
    first = new TracingStore()
    other = new TracingStore()
    const act = routes(ROUTES)
    site = new Site({ store: first, unset: 'destroy', ...options }, (req, res) => {
      if (req.url === '/in') return ((data(req).from = 'first'), res.end())
      req.sessionStore = swap(first) as Req['sessionStore']
      return act(req, res)
    })
    const client = site.visitor()
    await client.get('/in')
    other.sessions = Object.fromEntries(Object.entries(first.sessions).map(([id, text]) => [id, text.replace('first', 'other')]))
    first.trace()
    other.trace()
    return client
  }

  /** With `unset: 'destroy'`. */
  const WRITES = {
    '/change': ['set'],
    '/save': ['set', 'touch'],
    '/nothing': ['touch'],
    '/destroy': ['destroy', 'destroy'],
    // express-session throws in a timer
    ...(subject === 'resession' && { '/regenerate': ['destroy', 'set'] }),
    '/unset': ['destroy'],
    '/reload': ['get', 'touch'],
  }

  for (const concurrency of ['auto', 'off', 'merge'] as const) {
    for (const [path, calls] of Object.entries(WRITES)) {
      it(`${path} goes to the other store, with concurrency ${concurrency}`, async () => {
        const client = await start({ concurrency })
        expect((await client.get(path)).status).to.equal(200)
        expect([first.trace(), other.trace()]).to.deep.equal([['get'], calls])
        expect(site.errors).to.deep.equal([])
      })
    }

    it(`session.update goes to the other store, with concurrency ${concurrency}`, async () => {
      const client = await start({ concurrency })
      expect((await client.get('/update')).text).to.equal('done')
      expect(first.trace()).to.deep.equal(['get'])
      expect(JSON.parse(Object.values(other.sessions)[0] as string)).to.include({ n: 2 })
    })
  }

  it('a change is stored there if that store never had the session', async () => {
    const client = await start()
    other.sessions = {}
    await client.get('/change')
    expect(Object.values(other.sessions).map(text => JSON.parse(text) as object)[0]).to.include({ from: 'first', n: 2 })
    expect(Object.values(first.sessions)[0]).to.not.contain('"n"')
  })

  for (const Memory of [session.MemoryStore, TracingStore]) {
    it(`a change replaces the record of another ${Memory.name}, with or without compareAndSet`, async () => {
      const target = new Memory()
      const client = await start({}, () => target)
      target.sessions = { ...other.sessions }
      await client.get('/change')
      await client.get('/change')
      expect(Object.values(target.sessions).map(text => JSON.parse(text) as object)[0]).to.include({ from: 'first', n: 2 })
      expect(site.errors).to.deep.equal([])
    })
  }

  it('reload reads the session of the other store', async () => {
    const client = await start()
    expect((await client.get('/reload')).text).to.equal('other')
  })

  it('a proxy that traces the first store sees all calls', async () => {
    const calls: string[] = []
    const trace = (store: TracingStore): object =>
      new Proxy(store, {
        get(target, name) {
          const value: unknown = Reflect.get(target, name)
          if (typeof value !== 'function') return value
          return (...args: unknown[]): unknown => {
            calls.push(String(name))
            return Reflect.apply(value, target, args)
          }
        },
      })
    const client = await start({}, trace)
    await client.get('/change')
    expect(calls.filter(name => ['get', 'set', 'touch', 'destroy', 'compareAndSet'].includes(name))).to.deep.equal(['set'])
    expect(JSON.parse(Object.values(first.sessions)[0] as string)).to.include({ n: 2 })
  })

  if (subject !== 'resession') return

  for (const [what, wrap] of Object.entries({
    'an object that inherits from it': (store: TracingStore) => Object.create(store) as object,
    'a proxy of it': (store: TracingStore) => new Proxy(store, {}),
  })) {
    it(`the first store gets no more listeners, however many requests have ${what}`, async () => {
      const client = await start({}, wrap)
      const listeners = (): number[] => ['connect', 'disconnect'].map(event => first.listenerCount(event))
      const before = listeners()
      for (let request = 0; request < 20; request++) await client.get('/change')
      expect(listeners()).to.deep.equal(before)
    })
  }

  it('regenerate makes a new session, even if the other store has no generate method', async () => {
    let before: unknown
    const client = await start({})
    ROUTES['/swap'] = (req, res) => {
      before = req.sessionID
      req.session.regenerate(() => {
        data(req).user = 'ada'
        res.end(req.sessionID)
      })
    }
    const act = routes(ROUTES)
    const again = new Site({ store: first }, (req, res) => {
      req.sessionStore = other as never
      return act(req, res)
    })
    const visitor = again.visitor()
    visitor.cookie = client.cookie
    const { text } = await visitor.get('/swap')
    expect(text).to.not.equal(before)
    expect(JSON.parse(other.sessions[text] as string)).to.include({ user: 'ada' })
  })
})
