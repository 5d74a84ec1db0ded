import { expect } from 'chai'
import { useClock } from '../support/clock'
import { ComparingEngineStore, EngineStore } from '../support/engine-store'
import { data, routes, show, shown } from '../support/handlers'
import { onEachHost } from '../support/hosts'
import { Site, siteOn, type Handler, type Req } from '../support/site'
import { session, type SessionData } from '../support/subject'
import { TracingStore } from '../support/tracing-store'
import { useUncaught } from '../support/uncaught'
import { VersionedStore } from '../support/versioned-store'

type Options = Partial<Parameters<typeof session>[0]>
type Store = NonNullable<Exclude<NonNullable<Options>['store'], 'cookie'>>
type Act = (req: Req) => unknown

const rotate = (req: Req): Promise<void> => (req.session as Rotating).regenerate({ keep: true })

interface Rotating {
  regenerate(options: unknown): Promise<void>
  regenerate(options: unknown, callback: (err?: unknown) => void): unknown
}

const STORES: Record<string, () => Store & { length(callback: (err: unknown, count?: number) => void): void }> = {
  MemoryStore: () => new session.MemoryStore(),
  'a store that calls back': () => new TracingStore(),
  'a store that compares': () => new VersionedStore(new Map()),
}

const TTL = { touch: 'ttl', expires: true } as const

const ENGINES: Readonly<Record<string, () => Store>> = {
  'a plain store': () => new EngineStore(TTL).asStore,
  'a store that compares': () => new ComparingEngineStore(TTL).asStore,
}

const WRITES: Readonly<Record<string, Act>> = {
  'regenerate({ keep: true })': rotate,
  'update(req, change)': async req => session.update(req as never, draft => void Object.assign(draft, { role: 'admin' })),
}

onEachHost('session: regenerate with keep, and update', host => {
  const clock = useClock()

  for (const [name, make] of Object.entries(ENGINES)) {
    for (const [what, act] of Object.entries(WRITES)) {
      it(`${what} does not end a session that touches have kept alive, on ${name} whose touch moves only a TTL`, async () => {
        const store = make()
        const handlers = routes({
          '/enter': (req, res) => (Object.assign(data(req), { user: 'ada' }), res.end()),
          '/read': show,
          '/act': async (req, res) => (await act(req), res.end()),
        })
        const client = siteOn(host, { store, cookie: { maxAge: 60_000 }, ...host.keepsAlive }, handlers).visitor()
        await client.get('/enter')
        for (const path of ['/read', '/read', '/act', '/read']) {
          clock.turn(40_000)
          await client.get(path)
        }
        expect(shown((await client.get('/read')).text)).to.include({ user: 'ada' })
      })
    }
  }
})

for (const [name, make] of Object.entries(STORES)) {
  describe(`session: regenerate with keep, ${name}`, () => {
    it('keeps the data and the lifetime of the cookie under a new ID', async () => {
      const { visitor, before, old } = await entered(make(), { '/': rotate })
      await visitor.get()
      expect(visitor.cookie).to.not.equal(before)
      const after = JSON.parse((await visitor.get('/show')).text) as SessionData
      expect(after).to.deep.include({ user: 'ada', cart: [1] })
      expect(after.cookie.originalMaxAge).to.equal(60_000)
      expect(await old()).to.equal(undefined)
    })

    it('keeps the keys that are named, and no others', async () => {
      const { visitor } = await entered(make(), { '/': req => (req.session as Rotating).regenerate({ keep: ['cart', 'missing'] }) })
      await visitor.get()
      const after = JSON.parse((await visitor.get('/show')).text) as SessionData & { cookie: { originalMaxAge: unknown } }
      expect({ ...after, cookie: after.cookie.originalMaxAge }).to.deep.equal({ cart: [1], cookie: null })
    })

    it('keeps earlier changes of the request', async () => {
      const { visitor } = await entered(make(), { '/': req => (Object.assign(data(req), { role: 'admin' }), rotate(req)) })
      await visitor.get()
      expect(shown((await visitor.get('/show')).text)).to.deep.equal({ user: 'ada', cart: [1], role: 'admin' })
    })

    it('saves later changes of the request', async () => {
      const { visitor } = await entered(make(), { '/': async req => (await rotate(req), Object.assign(data(req), { role: 'admin' })) })
      await visitor.get()
      expect(shown((await visitor.get('/show')).text)).to.deep.equal({ user: 'ada', cart: [1], role: 'admin' })
    })

    it('keeps changes that another request has saved meanwhile', async () => {
      const { visitor } = await entered(make(), { '/': rotate, '/other': req => Object.assign(data(req), { cart: [1, 2] }) })
      await visitor.during('/', () => visitor.get('/other'))
      expect(shown((await visitor.get('/show')).text)).to.deep.equal({ user: 'ada', cart: [1, 2] })
    })

    it('does not undo a logout that came first', async () => {
      const store = make()
      const { visitor, errors } = await entered(store, { '/': rotate, '/logout': req => destroyed(req) })
      await visitor.during('/', () => visitor.get('/logout'))
      expect(errors.map(err => (err as { code?: string }).code)).to.deep.equal(['ERR_SESSION_NOT_FOUND'])
      expect(await count(store)).to.equal(0)
    })

    const ends: Record<string, Act> = {
      destroy: req => destroyed(req),
      regenerate: req => req.session.regenerate(),
      'req.session = null': req => Object.assign(req, { session: null }),
    }
    for (const [how, end] of Object.entries(ends)) {
      it(`is undone by a logout of a request that began before it, by ${how}`, async () => {
        const { visitor, userOf } = await entered(make(), { '/': rotate, '/logout': end }, { unset: 'destroy' })
        let rotated = ''
        await visitor.during('/logout', async () => (await visitor.get('/'), (rotated = visitor.cookie)))
        expect(await userOf(rotated)).to.equal(undefined)
      })
    }

    it('is undone by a logout of a request that began before it, even if another request follows', async () => {
      const store = make()
      const { visitor } = await entered(store, { '/': rotate, '/logout': req => destroyed(req) })
      await visitor.during('/logout', async () => {
        for (let time = 0; time < 3; time++) await visitor.get('/')
      })
      expect(await count(store)).to.equal(0)
    })

    it('drops later changes of a request with the old ID', async () => {
      const store = make()
      const { visitor } = await entered(store, { '/': rotate, '/other': req => Object.assign(data(req), { cart: [] }) })
      await visitor.during('/other', () => visitor.get('/'))
      expect(await count(store)).to.equal(1)
      expect(shown((await visitor.get('/show')).text)).to.deep.equal({ user: 'ada', cart: [1] })
    })

    it('leaves one session if two requests do it concurrently', async () => {
      const store = make()
      const { visitor, errors } = await entered(store, { '/': rotate, '/again': rotate })
      await visitor.during('/', () => visitor.get('/again'))
      expect(errors.map(err => (err as { code?: string }).code)).to.deep.equal(['ERR_SESSION_NOT_FOUND'])
      expect(await count(store)).to.equal(1)
    })

    it('fails if genid returns the ID that the session has', async () => {
      const store = make()
      const { visitor, errors, old } = await entered(store, { '/': rotate, '/logout': req => destroyed(req) }, { genid: () => 'always' })
      await visitor.get()
      expect(errors.map(String)).to.deep.equal(['Error: session id is in use'])
      expect(await old()).to.equal('ada')
    })

    it('can return to an earlier ID of the session, and a logout ends it', async () => {
      const store = make()
      let made = 0
      const genid = (): string => `id-${made++ % 2}`
      const { visitor } = await entered(store, { '/': rotate, '/logout': req => destroyed(req), '/wait': () => {} }, { genid })
      await visitor.during('/wait', async () => {
        await visitor.get('/')
        await visitor.during('/logout', () => visitor.get('/'))
      })
      expect(await count(store)).to.equal(0)
    })

    it('gives a session that was never saved another ID', async () => {
      const store = make()
      const site = new Site({ store }, async (req, res) => {
        const { sessionID } = req
        data(req).user = 'ada'
        await rotate(req)
        res.end(`${sessionID !== req.sessionID} ${String(data(req).user)}`)
      })
      const visitor = site.visitor()
      expect((await visitor.get()).text).to.equal('true ada')
      expect(await count(store)).to.equal(1)
    })

    it('takes a callback as its second argument', async () => {
      const { visitor } = await entered(make(), {
        '/': req => new Promise<void>(done => (req.session as Rotating).regenerate({ keep: true }, () => done())),
      })
      await visitor.get()
      expect(shown((await visitor.get('/show')).text)).to.deep.equal({ user: 'ada', cart: [1] })
    })

    for (const given of [{ keep: 'cart' }, { keep: 7 }, { keep: [7] }, { keep: {} }, true, ['cart'], []]) {
      it(`rejects a keep that is no array of keys: regenerate(${JSON.stringify(given)})`, async () => {
        const store = make()
        const { visitor, errors } = await entered(store, { '/': req => (req.session as Rotating).regenerate(given) })
        await visitor.get()
        expect(errors.map(String)).to.deep.equal([
          "TypeError: keep must be true or an array of keys; write regenerate({ keep: true }) or regenerate({ keep: ['cart'] })",
        ])
        expect(await count(store)).to.equal(1)
      })
    }
  })
}

describe('session: regenerate with keep', () => {
  const uncaught = useUncaught()

  it('reads, writes the new record, and destroys the old one', async () => {
    const store = new TracingStore()
    const { visitor } = await entered(store, { '/': rotate })
    store.trace()
    await visitor.get()
    expect(store.trace()).to.deep.equal(['get', 'get', 'set', 'destroy'])
  })

  const failures: Readonly<Record<string, (store: TracingStore, old: string) => Partial<TracingStore>>> = {
    'the new record cannot be written': () => ({ set: (_id, _data, done) => done?.(new Error('full')) }),
    'the old record cannot be destroyed': (store, old) => {
      const { destroy } = store
      return { destroy: (id, done) => (id === old ? done?.(new Error('full')) : destroy.call(store, id, done)) }
    },
  }
  for (const [which, failing] of Object.entries(failures)) {
    it(`leaves the old session usable, and no other, if ${which}`, async () => {
      const store = new TracingStore()
      const { visitor, before, errors } = await entered(store, { '/': rotate })
      const methods = failing(store, Object.keys(store.sessions)[0] as string)
      Object.assign(store, methods)
      await visitor.get()
      for (const name of Object.keys(methods)) Reflect.deleteProperty(store, name)
      expect(errors.map(String)).to.deep.equal(['Error: full'])
      visitor.cookie = before
      expect(shown((await visitor.get('/show')).text)).to.deep.equal({ user: 'ada', cart: [1] })
      expect(await count(store)).to.equal(1)
    })
  }

  it('accepts promises of an ID and of cookie options', async () => {
    let made = 0
    const store = new TracingStore()
    const options = { genid: async () => `id-${++made}`, cookie: async () => ({ path: '/', maxAge: 5000 }) }
    const { visitor } = await entered(store, { '/': req => (req.session as Rotating).regenerate({ keep: ['cart'] }) }, options)
    await visitor.get()
    expect(Object.keys(store.sessions)).to.deep.equal(['id-2'])
    const after = JSON.parse((await visitor.get('/show')).text) as SessionData
    expect([after.cookie.originalMaxAge, (after as { cart?: unknown }).cart]).to.deep.equal([5000, [1]])
  })

  for (const [what, genid] of [
    [
      'throws',
      () => {
        throw new Error('no entropy')
      },
    ],
    ['rejects', () => Promise.reject(new Error('no entropy'))],
  ] as const) {
    it(`does not change the session if genid ${what}`, async () => {
      const store = new TracingStore()
      let fails = false
      const { visitor, errors } = await entered(
        store,
        { '/': req => ((fails = true), rotate(req)) },
        { genid: () => (fails ? genid() : 'first') },
      )
      await visitor.get()
      expect(errors.map(String)).to.deep.equal(['Error: no entropy'])
      expect(Object.keys(store.sessions)).to.deep.equal(['first'])
    })
  }

  it('passes on the error of a store that cannot be read', async () => {
    const store = new TracingStore()
    let fails = false
    const { get } = store
    const { visitor, errors } = await entered(store, { '/': req => ((fails = true), rotate(req)) })
    store.get = (id, done) => (fails ? done(new Error('no connection')) : get.call(store, id, done))
    await visitor.get()
    expect(errors.map(String)).to.deep.equal(['Error: no connection'])
    expect(await count(store)).to.equal(1)
  })

  it('is an error if another session has the new ID already', async () => {
    const records: VersionedStore['records'] = new Map()
    const { visitor, errors } = await entered(
      new VersionedStore(records),
      { '/': rotate },
      { genid: () => (records.size > 0 ? 'taken' : 'first') },
    )
    records.set('taken', { text: JSON.stringify({ cookie: { originalMaxAge: null, expires: null }, user: 'eve' }), version: 1 })
    await visitor.get()
    expect(errors.map(String)).to.deep.equal(['Error: session id is in use'])
    expect(Array.from(records.values(), ({ text }) => shown(text))).to.deep.equal([{ user: 'ada', cart: [1] }, { user: 'eve' }])
  })

  it('calls back once, although the callback throws', async () => {
    let called = 0
    const handler = routes({
      '/enter': (req, res) => (Object.assign(data(req), { user: 'ada' }), res.end()),
      '/': (req, res) => {
        ;(req.session as Rotating).regenerate({ keep: true }, err => {
          called++
          res.end(String(err))
          throw new Error('boom')
        })
      },
      '/show': show,
    })
    const store = new session.MemoryStore()
    const visitor = new Site(
      { store, genid: async () => `id-${await Promise.resolve(Object.keys(store.sessions).length)}` },
      handler,
    ).visitor()
    await visitor.get('/enter')
    expect((await visitor.get()).text).to.equal('undefined')
    expect(shown((await visitor.get('/show')).text)).to.deep.equal({ user: 'ada' })
    expect(called).to.equal(1)
    expect(uncaught.map(String)).to.deep.equal(['Error: boom'])
  })

  it('gives a session in the cookie another ID', async () => {
    const ids: string[] = []
    const handler = routes({
      '/enter': (req, res) => (Object.assign(data(req), { user: 'ada' }), ids.push(req.sessionID), res.end()),
      '/': async (req, res) => (await rotate(req), ids.push(req.sessionID), res.end()),
      '/show': show,
    })
    const visitor = new Site({ store: 'cookie' }, handler).visitor()
    await visitor.get('/enter')
    await visitor.get()
    expect(shown((await visitor.get('/show')).text)).to.deep.equal({ user: 'ada' })
    expect(new Set(ids).size).to.equal(2)
  })
})

describe('session: regenerate with keep, two processes and a store that compares', () => {
  /** The records of both processes; the other process acts when the new record has been written. */
  const meet = async (
    other: (records: VersionedStore['records'], old: string) => void,
  ): Promise<{ records: VersionedStore['records']; errors: unknown[] }> => {
    const records: VersionedStore['records'] = new Map()
    const store = new VersionedStore(records)
    const { visitor, errors } = await entered(store, { '/': rotate })
    const [old] = records.keys()
    store.onCreate = () => {
      store.onCreate = undefined
      other(records, old as string)
    }
    await visitor.get()
    return { records, errors }
  }

  it('a logout between the steps wins, and the new record is removed', async () => {
    const { records, errors } = await meet((records, old) => void records.delete(old))
    expect(errors.map(err => (err as { code?: string }).code)).to.deep.equal(['ERR_SESSION_NOT_FOUND'])
    expect(records.size).to.equal(0)
  })

  it('an error of the store that ends the old record is passed on, and the new record is removed', async () => {
    const records: VersionedStore['records'] = new Map()
    const store = new VersionedStore(records)
    const { visitor, errors } = await entered(store, { '/': rotate })
    const [old] = records.keys()
    const { compareAndSet } = store
    store.compareAndSet = (id, data, version, callback) =>
      id === old ? void setImmediate(callback, new Error('no connection')) : compareAndSet.call(store, id, data, version, callback)
    await visitor.get()
    expect(errors.map(String)).to.deep.equal(['Error: no connection'])
    expect([...records.keys()]).to.deep.equal([old])
  })

  it('an error of the store that creates the new record is passed on, and the old one stays', async () => {
    const records: VersionedStore['records'] = new Map()
    const store = new VersionedStore(records)
    const { visitor, errors, old } = await entered(store, { '/': rotate })
    const { compareAndSet } = store
    store.compareAndSet = (id, data, version, callback) =>
      version === null ? void setImmediate(callback, new Error('full')) : compareAndSet.call(store, id, data, version, callback)
    await visitor.get()
    expect(errors.map(String)).to.deep.equal(['Error: full'])
    expect(await old()).to.equal('ada')
  })

  it('data that cannot be stored is an error, and the old record stays', async () => {
    const { visitor, errors, old } = await entered(new VersionedStore(new Map()), {
      '/': req => {
        data(req).n = 1n
        return rotate(req).finally(() => delete data(req).n)
      },
    })
    await visitor.get()
    expect(errors.map(err => (err as Error).name)).to.deep.equal(['TypeError'])
    expect(await old()).to.equal('ada')
  })

  it('fails if other requests save between the steps a hundred times', async () => {
    const records: VersionedStore['records'] = new Map()
    const store = new VersionedStore(records)
    const { visitor, errors } = await entered(store, { '/': rotate })
    const [old] = records.keys() as unknown as [string]
    const { compareAndSet } = store
    let tries = 0
    store.compareAndSet = (id, data, version, callback) => {
      if (id !== old) return compareAndSet.call(store, id, data, version, callback)
      tries++
      setImmediate(callback, null, { ok: false })
    }
    await visitor.get()
    expect(errors.map(String)).to.deep.equal(['Error: session is changed by other requests too often; it keeps its ID'])
    expect([tries, [...records.keys()]]).to.deep.equal([101, [old]])
  })

  it('a save between the steps is kept', async () => {
    const { records, errors } = await meet((records, old) => {
      const { text, version } = records.get(old) as { text: string; version: number }
      records.set(old, { text: JSON.stringify({ ...(JSON.parse(text) as object), cart: [1, 2] }), version: version + 1 })
    })
    expect(errors).to.deep.equal([])
    expect(Array.from(records.values(), ({ text }) => shown(text))).to.deep.equal([{ user: 'ada', cart: [1, 2] }])
  })
})

/** A client that has logged in, and can request one page while another one waits. */
async function entered(store: Store, pages: Record<string, Act>, options: Options = {}) {
  const waiting = new Map<string, { begun(): void; readonly goes: Promise<void> }>()
  const handlers: Record<string, Handler> = {
    '/enter': (req, res) => {
      Object.assign(data(req), { user: 'ada', cart: [1] })
      req.session.cookie.maxAge = 60_000
      res.end()
    },
    '/show': show,
  }
  for (const [path, act] of Object.entries(pages)) {
    handlers[path] = async (req, res) => {
      const wait = waiting.get(path)
      wait?.begun()
      await wait?.goes
      await act(req)
      res.end()
    }
  }
  const errors: unknown[] = []
  const handler = routes(handlers)
  const site = new Site({ ...options, store }, async (req, res) => {
    try {
      await handler(req, res)
    } catch (err) {
      errors.push(err)
      res.end()
    }
  })
  const client = site.visitor()
  await client.get('/enter')
  const before = client.cookie
  const during = async (path: string, meanwhile: () => Promise<unknown>): Promise<void> => {
    let go = (): void => {}
    const goes = new Promise<void>(resolve => (go = resolve))
    const begun = new Promise<void>(begun => waiting.set(path, { begun, goes }))
    const first = client.get(path)
    await begun
    await meanwhile()
    go()
    await first
  }
  const userOf = async (cookie: string): Promise<unknown> => {
    const stale = site.visitor()
    stale.cookie = cookie
    return (shown((await stale.get('/show')).text) as { user?: unknown }).user
  }
  const old = async (): Promise<unknown> => userOf(before)
  return { visitor: Object.assign(client, { during }), before, errors, old, userOf }
}

async function destroyed(req: Req): Promise<void> {
  return new Promise((resolve, reject) => req.session.destroy(err => (err ? reject(err as Error) : resolve())))
}

async function count(store: { length?(callback: (err: unknown, count?: number) => void): void }): Promise<number | undefined> {
  return new Promise((resolve, reject) => store.length?.((err, count) => (err ? reject(err as Error) : resolve(count))))
}
