import { createHash } from 'node:crypto'
import { inspect } from 'node:util'
import { expect } from 'chai'
import { connect } from '../support/connect-host'
import { useClock } from '../support/clock'
import { ComparingEngineStore, EngineStore, type Engine } from '../support/engine-store'
import { count, data, endWith, routes } from '../support/handlers'
import { onEachHost, onEachKoa, onEachStorage, onEachStore } from '../support/hosts'
import { KEYED_STORES, VersionedKeyedStore, type KeyedStore } from '../support/key-stores'
import { siteOn, type Site, type Visitor } from '../support/site'
import { session, type SessionOptions, type Store } from '../support/subject'
import { TracingStore } from '../support/tracing-store'
import { update } from '../../lib/core/session/update'

type HashIds = SessionOptions['hashIds']

const HANDLERS = routes({
  '/': count,
  '/id': (req, res) => res.end(req.sessionID),
  '/read': (req, res) => res.end(String(data(req).views ?? 0)),
  '/save': (req, res) => ((data(req).saved = true), req.session.save(endWith(res))),
  '/reload': (req, res) => req.session.reload(endWith(res)),
  '/update': (req, res) =>
    update(req as never, own => void Object.assign(own, { updated: true })).then(() => res.end('done'), endWith(res)),
  '/login': (req, res) => req.session.regenerate(() => ((data(req).views = 0), res.end(req.sessionID))),
  '/renew': (req, res) => req.session.regenerate({ keep: true }).then(() => res.end(req.sessionID), endWith(res)),
  '/logout': (req, res) => req.session.destroy(endWith(res)),
  '/unset': (req, res) => ((req.session = null as never), res.end()),
})

/** As in the documentation. */
const keyOf = (id: string): string => `h1.${createHash('sha256').update(`resession id\0${id}`).digest('base64url')}`

const isKey = (key: string): boolean => /^h1\.[\w-]{43}$/.test(key)

const PATHS = ['/', '/read', '/save', '/reload', '/update', '/login', '/renew', '/logout', '/unset']

onEachStore('options: hashIds', (host, storage) => {
  const siteWith = (store: Store, hashIds: HashIds, options: Partial<SessionOptions> = {}): Site =>
    siteOn(host, { ...storage.options(store), ...host.keepsAlive, hashIds, ...options }, HANDLERS)

  for (const [kind, make] of Object.entries(KEYED_STORES)) {
    for (const hashIds of [undefined, true, 'migrate'] as const) {
      for (const value of ['text', 1, 'twelve-chars', { a: 1 }, null]) {
        it(`${hashIds ?? 'no hashIds'} keeps a session with ~moving: ${JSON.stringify(value)} in its data, on ${kind}`, async () => {
          const store = make()
          const handlers = routes({
            '/': count,
            '/put': (req, res) => (Object.assign(data(req), { '~moving': value }), count(req, res)),
            '/see': (req, res) => res.end(JSON.stringify((data(req) as Record<string, unknown>)['~moving'] ?? null)),
          })
          const siteOf = (hashIds: HashIds): Site => siteOn(host, { ...storage.options(store), ...host.keepsAlive, hashIds }, handlers)
          const client = siteOf(hashIds).visitor()
          expect((await client.get('/put')).text).to.equal('1')
          if (hashIds === undefined) expect((await client.get('/see')).text).to.equal(JSON.stringify(value))
          expect((await client.get()).text).to.equal('2')
          const { cookie } = client
          const migrated = Object.assign(siteOf(hashIds ?? 'migrate').visitor(), { cookie })
          expect((await migrated.get()).text).to.equal('3')
          expect((await migrated.get()).text).to.equal('4')
        })
      }
    }
  }

  for (const [kind, make] of Object.entries(KEYED_STORES)) {
    describe(`with ${kind}`, () => {
      for (const hashIds of [true, 'migrate'] as const) {
        it(`${hashIds} stores a session under the hash of its ID; the cookie and sessionID have the ID`, async () => {
          const store = make()
          const client = siteWith(store, hashIds).visitor()
          await client.get()
          const id = (await client.get('/id')).text
          expect(id).to.match(/^[\w-]{32}$/)
          expect(client.cookie).to.include(id)
          expect(store.keys()).to.deep.equal([keyOf(id)])
          expect((await client.get()).text).to.equal('2')
        })

        for (const path of PATHS) {
          it(`${hashIds} puts no ID into the store: ${path}`, async () => {
            const store = make()
            const client = siteWith(store, hashIds, { unset: 'destroy' }).visitor()
            const before = (await client.get('/id')).text
            await client.get()
            const ids = [before, (await client.get('/id')).text]
            await client.get(path)
            ids.push((await client.get('/id')).text)
            await client.get('/read')
            expect(store.keys().filter(key => !isKey(key))).to.deep.equal([])
            for (const key of store.keys()) for (const id of ids) expect(store.textOf(key)).to.not.include(id)
            if (hashIds === true) expect([...store.asked].filter(key => !isKey(key))).to.deep.equal([])
          })
        }

        it(`${hashIds} ends a session of this process by destroy, by unset, and by a new ID`, async () => {
          for (const path of ['/logout', '/unset', '/login', '/renew']) {
            const store = make()
            const site = siteWith(store, hashIds, { unset: 'destroy' })
            const client = site.visitor()
            await client.get()
            const { cookie } = client
            await client.get(path)
            expect((await site.visitor().get('/read', { Cookie: cookie })).text, path).to.equal('0')
            expect(store.keys(), path).to.have.length(path === '/login' || path === '/renew' ? 1 : 0)
          }
        })

        it(`${hashIds} finds nothing under an ID that is the key of a record`, async () => {
          const store = make()
          const client = siteWith(store, hashIds).visitor()
          await client.get()
          const [key = ''] = store.keys()
          const thief = siteWith(store, hashIds).visitor()
          thief.cookie = host.cookie(key)
          expect((await thief.get('/read')).text).to.equal('0')
          expect((await thief.get('/logout')).text).to.equal('done')
          expect(store.keys()).to.deep.equal([key])
          expect((await client.get('/read')).text).to.equal('1')
        })
      }

      it('leaves IDs as they are by default, and for false', async () => {
        for (const hashIds of [undefined, false]) {
          const store = make()
          const client = siteWith(store, hashIds).visitor()
          await client.get()
          expect(store.keys()).to.deep.equal([(await client.get('/id')).text])
        }
      })

      it('true does not find a session that is stored under its ID', async () => {
        const store = make()
        const client = siteWith(store, false).visitor()
        await client.get()
        const later = make()
        copy(store, later)
        const { text } = await siteWith(later, true).visitor().get('/read', { Cookie: client.cookie })
        expect(text).to.equal('0')
      })
    })
  }

  it('holds for another store that the app puts on the request', async () => {
    const [first, second] = [new TracingStore(), new TracingStore()]
    const site = siteOn(host, { ...storage.options(first), hashIds: true }, (req, res) => {
      if (host.framework === 'Connect') req.sessionStore = second as never
      count(req, res)
    })
    await site.get()
    const { sessions } = host.framework === 'Connect' ? second : first
    expect(Object.keys(sessions).filter(isKey)).to.have.length(1)
  })
})

/** The expiry in the record of a session, in milliseconds since 1970. */
function endIn(store: KeyedStore, id: string): number {
  const { cookie } = JSON.parse(store.textOf(keyOf(id)) as string) as { cookie: { expires: string } }
  return new Date(cookie.expires).getTime()
}

/** Copies the records, as another process reads them. */
function copy(from: KeyedStore, to: KeyedStore): void {
  for (const key of from.keys()) to.set(key, JSON.parse(from.textOf(key) as string) as never, () => {})
}

/** Stores of both packages, for each of which `load` and `regenerate` are methods of its own copy. */
const COPIES: Readonly<Record<string, typeof session.MemoryStore>> = {
  resession: session.MemoryStore,
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- a package whose types would change ours
  'express-session': (require('express-session') as typeof session).MemoryStore,
}

for (const [name, MemoryStore] of Object.entries(COPIES)) {
  describe(`options: hashIds, and the methods of a store of ${name}`, () => {
    const record = { views: 7, cookie: { originalMaxAge: null } }
    const keysOf = (store: object): string[] => Object.keys((store as { sessions: object }).sessions)

    it('load finds the session of an ID, and nothing under a key', async () => {
      const store = new MemoryStore()
      siteOn(connect, { store, hashIds: true }, HANDLERS)
      store.set(keyOf('ada'), record as never, () => {})
      const load = async (id: string): Promise<unknown> =>
        new Promise((done, fail) => store.load(id, (err, found) => (err ? fail(err) : done(found))))
      expect(await load('ada')).to.deep.include({ views: 7 })
      expect(await load(keyOf('ada'))).to.equal(undefined)
    })

    it('regenerate destroys the session of the request', async () => {
      const store = new MemoryStore()
      const again = routes({
        '/': count,
        '/again': (req, res) => void req.sessionStore.regenerate(req as never, () => ((data(req).views = 0), res.end())),
      })
      const client = siteOn(connect, { store, hashIds: true }, again).visitor()
      await client.get()
      const [before] = keysOf(store)
      await client.get('/again')
      expect(keysOf(store)).to.have.length(1).and.to.not.include(before)
      expect((await client.get()).text).to.equal('1')
    })

    it('are its own if IDs are not hashed', () => {
      const store = new MemoryStore()
      const { load, regenerate } = store
      siteOn(connect, { store }, HANDLERS)
      expect([store.load, store.regenerate]).to.deep.equal([load, regenerate])
    })
  })
}

onEachHost('options: hashIds, of several middlewares on a store', host => {
  const start = (store: Store, hashIds: HashIds): void => host.start({ store, hashIds })

  it('holds for those that do not say', async () => {
    const store = new TracingStore()
    const silent = siteOn(host, { store }, HANDLERS)
    start(store, true)
    await silent.get()
    expect(Object.keys(store.sessions).filter(isKey)).to.have.length(1)
  })

  it('is refused if they say different things', () => {
    const store = new TracingStore()
    start(store, 'migrate')
    expect(() => start(store, 'migrate')).to.not.throw()
    expect(() => start(store, undefined)).to.not.throw()
    expect(() => start(store, true)).to.throw(
      TypeError,
      'hashIds option must be the same for all middlewares of a store: another one says "migrate", not true',
    )
  })
})

onEachStorage('options: hashIds', (host, storage) => {
  const isInCookie = storage.touch === undefined
  const start = (hashIds: unknown): void => host.start({ ...storage.options(new TracingStore()), hashIds: hashIds as HashIds })

  for (const value of [true, false, undefined]) {
    it(`takes ${value}`, () => {
      expect(() => start(value)).to.not.throw()
    })
  }

  for (const value of [1, 0, null, 'true', 'Migrate', '', 'sha256', {}]) {
    it(`refuses ${JSON.stringify(value)}`, () => {
      expect(() => start(value)).to.throw(TypeError, 'hashIds option must be true or "migrate", not ')
    })
  }

  it(`${isInCookie ? 'refuses' : 'takes'} "migrate"`, () => {
    if (isInCookie) expect(() => start('migrate')).to.throw(TypeError, 'hashIds option must not be "migrate" for sessions that are kept')
    else expect(() => start('migrate')).to.not.throw()
  })

  if (!isInCookie) return

  it('true has no effect: no store has an ID', async () => {
    const client: Visitor = siteOn(host, { store: 'cookie', hashIds: true, genid: () => 'short' }, HANDLERS).visitor()
    await client.get()
    expect((await client.get()).text).to.equal('2')
  })
})

/** IDs of a genid, and whether they have 128 bits if each of their characters is random. */
const STRONG: Readonly<Record<string, string>> = {
  '22 characters of base64url': 'aB3_defghijklmnopqrstU',
  '32 hexadecimal digits': '0123456789abcdef0123456789abcdef',
  'a UUID': '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
  'a UUID in upper case': '3F2504E0-4F89-41D3-9A0C-0305E82C3301',
  '39 digits': '1'.repeat(39),
  '25 lower-case letters and digits': 'tz4a98xxat96iws9zmbrgj3ab',
}
const WEAK: Readonly<Record<string, string>> = {
  'an ID of one character': 'a',
  '21 characters of base64url': 'aB3_defghijklmnopqrst',
  '31 hexadecimal digits': '0123456789abcdef0123456789abcde',
  '38 digits': '1'.repeat(38),
  '24 lower-case letters and digits': 'tz4a98xxat96iws9zmbrgj3a',
}

onEachHost('options: hashIds, and the IDs of genid', host => {
  const made = async (id: unknown, hashIds: HashIds): Promise<readonly [status: number, errors: string[]]> => {
    const site = siteOn(host, { store: new TracingStore(), hashIds, genid: (() => id) as never }, HANDLERS)
    const { status } = await site.get('/id')
    return [status, site.errors.map(({ message }) => message)]
  }

  for (const [title, id] of Object.entries(STRONG)) {
    it(`takes ${title}`, async () => {
      for (const given of [id, Promise.resolve(id)]) expect(await made(given, true)).to.deep.equal([200, []])
    })
  }

  for (const [title, id] of Object.entries(WEAK)) {
    it(`refuses ${title}, and takes it if IDs are not hashed`, async () => {
      for (const hashIds of [true, 'migrate'] as const) {
        for (const given of [id, Promise.resolve(id)]) {
          const [status, errors] = await made(given, hashIds)
          expect(status).to.equal(500)
          expect(errors).to.have.length(1)
          expect(errors[0]).to.include('genid must give an ID of at least 128 random bits, if hashIds is set').and.to.not.include(` ${id} `)
        }
      }
      expect(await made(id, undefined)).to.deep.equal([200, []])
    })
  }

  it('refuses an ID that looks like the key of a record', async () => {
    const [status, [error]] = await made(keyOf('ada'), true)
    expect(status).to.equal(500)
    expect(error).to.include('does not begin with "h1."')
  })

  it('refuses what is no ID with the same error as without it', async () => {
    expect((await made('', true))[1]).to.deep.equal((await made('', undefined))[1])
  })
})

const LATER = '2100-01-01T00:00:00.000Z'

/** What records have in their cookies: those of express-session, and others with which a session lives on until the next touch. */
const LIFETIMES: Readonly<Record<string, object>> = {
  'no end': { originalMaxAge: null, expires: null },
  'expires: false': { originalMaxAge: false, expires: false },
  'maxAge: undefined': {},
  'no lifetime, but an end': { expires: LATER },
  'a lifetime of 0': { originalMaxAge: 0, expires: LATER },
  'a negative lifetime': { originalMaxAge: -1000, expires: LATER },
  'a lifetime beyond all dates': { originalMaxAge: 1e300, expires: LATER },
  'an empty lifetime': { originalMaxAge: '', expires: LATER },
}

const TTL: Engine = { touch: 'ttl', expires: true }
const STORES: Readonly<Record<string, () => Store>> = {
  ...KEYED_STORES,
  'a store whose touch moves only a TTL': () => new EngineStore(TTL).asStore,
  'a store that compares, whose touch moves only a TTL': () => new ComparingEngineStore(TTL).asStore,
}

onEachStore('options: hashIds: "migrate", of any record', (host, storage) => {
  for (const [kind, make] of Object.entries(STORES)) {
    for (const [what, lifetime] of Object.entries(LIFETIMES)) {
      for (const limits of [{}, { absoluteTimeout: 60_000 }, { idleTimeout: 60_000 }]) {
        it(`moves a session whose cookie has ${what}, with ${kind} and ${inspect(limits)}`, async () => {
          const id = STRONG['a UUID'] as string
          const read = async (hashIds: HashIds): Promise<string> => {
            const store = make()
            const cookie = { path: '/', httpOnly: true, ...lifetime }
            await new Promise(stored => void store.set(id, { views: 1, cookie } as never, stored))
            const options = { ...storage.options(store), ...host.keepsAlive, ...limits, hashIds }
            return (await siteOn(host, options, HANDLERS).get('/read').set('Cookie', host.cookie(id))).text
          }
          // Koa cannot send a cookie whose end is no date
          const isSendable = host.framework === 'Connect' || what !== 'a lifetime beyond all dates'
          expect(await read('migrate')).to.equal(isSendable ? '1' : await read(undefined))
        })
      }
    }
  }
})

onEachStore('options: hashIds: "migrate"', (host, storage) => {
  const clock = useClock()
  const siteWith = (store: Store, hashIds: HashIds, options: Partial<SessionOptions> = {}): Site =>
    siteOn(host, { ...storage.options(store), ...host.keepsAlive, hashIds, ...options }, HANDLERS)

  /** A client whose session is stored under its ID, and a site of the next deployment. */
  async function deployed(make: () => KeyedStore, options: Partial<SessionOptions> = {}) {
    const [before, store] = [make(), make()]
    const client = siteWith(before, undefined, options).visitor()
    await client.get()
    const id = (await client.get('/id')).text
    copy(before, store)
    expect(store.keys()).to.deep.equal([id])
    const site = siteWith(store, 'migrate', options)
    const later = site.visitor()
    later.cookie = client.cookie
    return { store, id, site, client: later }
  }

  for (const [kind, make] of Object.entries(KEYED_STORES)) {
    describe(`with ${kind}`, () => {
      for (const path of ['/', '/read', '/save', '/reload', '/update']) {
        it(`moves the record of a session at its first request: ${path}`, async () => {
          const { store, id, client } = await deployed(make)
          await client.get(path)
          expect(store.keys()).to.deep.equal([keyOf(id)])
          expect((await client.get('/id')).text).to.equal(id)
          expect((await client.get('/read')).text).to.equal(path === '/' ? '2' : '1')
          expect(store.textOf(keyOf(id))).to.not.include('moving')
        })
      }

      it('moves it once for requests that come together', async () => {
        const { store, id, client } = await deployed(make)
        const texts = await Promise.all(Array.from({ length: 5 }, async () => (await client.get('/read')).text))
        expect(texts).to.deep.equal(['1', '1', '1', '1', '1'])
        expect(store.keys()).to.deep.equal([keyOf(id)])
      })

      for (const path of ['/logout', '/unset']) {
        it(`ends a session that is stored under its ID: ${path}`, async () => {
          const { store, client } = await deployed(make, { unset: 'destroy' })
          const { cookie } = client
          await client.get(path)
          expect(store.keys()).to.deep.equal([])
          expect((await client.get('/read', { Cookie: cookie })).text).to.equal('0')
        })
      }

      it('keeps the end of a session, or starts its lifetime anew if each request does', async () => {
        const { store, id, client } = await deployed(make, { cookie: { maxAge: 1000 }, rolling: false })
        clock.turn(600)
        await client.get('/read')
        // On Koa, only `rolling` starts it anew; on Connect, a touch does
        const isRenewed = host.framework === 'Connect' && 'touch' in store
        expect(endIn(store, id) - clock.now()).to.equal(isRenewed ? 1000 : 400)
        expect(store.textOf(keyOf(id))).to.include('"originalMaxAge":1000')
      })

      it('does not move a session beyond its idle and absolute timeouts', async () => {
        const { store, id, client } = await deployed(make, {
          cookie: { maxAge: 10_000 },
          idleTimeout: 1000,
          absoluteTimeout: 1500,
          touchAfter: 0,
        })
        clock.turn(600)
        await client.get('/read')
        expect(endIn(store, id) - clock.now()).to.equal(900)
        clock.turn(899)
        expect((await client.get('/read')).text).to.equal('1')
        clock.turn(1)
        expect((await client.get('/read')).text).to.equal('0')
      })

      it('gives a session that a poll moves no longer life than an idle timeout', async () => {
        const options = { idleTimeout: 1000, touchAfter: 0, activity: () => false, cookie: { maxAge: 10_000 } }
        const { store, id, client } = await deployed(make, options)
        clock.turn(600)
        await client.get('/read')
        expect(endIn(store, id) - clock.now()).to.be.at.most(1000)
      })

      it('does not move a session that has expired', async () => {
        const { store, client } = await deployed(make, { cookie: { maxAge: 1000 } })
        clock.turn(1001)
        expect((await client.get('/read')).text).to.equal('0')
        expect(store.keys().filter(isKey)).to.deep.equal([])
      })

      it('leaves the sessions to true', async () => {
        const { store, id, client } = await deployed(make)
        await client.get()
        const later = make()
        copy(store, later)
        const { text } = await siteWith(later, true).visitor().get('/', { Cookie: client.cookie })
        expect(text).to.equal('3')
        expect(later.keys()).to.deep.equal([keyOf(id)])
      })
    })
  }
})

onEachHost('options: hashIds: "migrate", and a record that a crash has left under the ID', host => {
  const setting = async () => {
    const store = new VersionedKeyedStore()
    const client = siteOn(host, { store, hashIds: 'migrate' }, HANDLERS).visitor()
    await client.get()
    const { text: id } = await client.get('/id')
    const leave = (): void => void store.records.set(id, store.records.get(keyOf(id)) as never)
    return { store, client, id, leave }
  }

  it('does not find it, and removes it before the session has another ID', async () => {
    const { store, client, id, leave } = await setting()
    leave()
    expect((await client.get()).text).to.equal('2')
    const { cookie } = client
    store.calls.splice(0)
    await client.get('/renew')
    const [removed, ended] = [`destroy ${id}`, `compareAndSet ${keyOf(id)}`].map(call => store.calls.indexOf(call)) as [number, number]
    expect(removed).to.be.at.least(0).and.below(ended)
    expect((await client.get('/read', { Cookie: cookie })).text).to.equal('0')
  })

  it('does not move it in a request whose session has ended meanwhile', async () => {
    const { store, id } = await setting()
    const handler = routes({
      '/': (req, res) => {
        store.records.set(id, store.records.get(keyOf(id)) as never)
        store.records.delete(keyOf(id))
        data(req).late = true
        res.end('done')
      },
    })
    const site = siteOn(host, { store, hashIds: 'migrate', storeTimeout: 2000 }, handler)
    expect((await site.visitor().get('/', { Cookie: host.cookie(id) })).text).to.equal('done')
    expect(site.errors).to.deep.equal([])
    expect(store.keys()).to.deep.equal([id])
  })
})

describe('options: hashIds, of a store with a regenerate of its own', () => {
  it('destroys the session of the request, and does not ask the store to', async () => {
    const inner = new TracingStore()
    const store = {
      get: inner.get.bind(inner),
      set: inner.set.bind(inner),
      destroy: inner.destroy.bind(inner),
      regenerate(req: { sessionID: string }, done: () => void) {
        inner.destroy(req.sessionID, () => ((this as never as { generate(req: object): void }).generate(req), done()))
      },
    }
    const client = siteOn(connect, { store: store as never, hashIds: true }, HANDLERS).visitor()
    await client.get()
    const [before = ''] = Object.keys(inner.sessions)
    await client.get('/login')
    expect(Object.keys(inner.sessions)).to.have.length(1).and.to.not.include(before)
  })
})

/** Stores of other Koa middlewares. */
const KOA_STORES: Readonly<Record<string, (records: Map<string, unknown>) => object>> = {
  promises: records => ({
    get: async (key: string) => records.get(key),
    set: async (key: string, record: object) => void records.set(key, JSON.parse(JSON.stringify(record))),
    destroy: async (key: string) => void records.delete(key),
  }),
  'JSON strings': records => ({
    load: async (key: string) => records.get(key),
    save: async (key: string, json: string) => void records.set(key, json),
    remove: async (key: string) => void records.delete(key),
  }),
}

onEachKoa('options: hashIds, with the records of other Koa middlewares', host => {
  // Formats with an end have it counted from each write
  useClock()

  for (const [kind, make] of Object.entries(KOA_STORES)) {
    for (const record of ['cookie', 'options', 'expiry', 'data'] as const) {
      for (const maxAge of [600_000, null]) {
        it(`moves a record as it is, in a store of ${kind}, in the format ${record}, with maxAge: ${maxAge}`, async () => {
          const records = new Map<string, unknown>()
          const siteOf = (hashIds: HashIds): Site =>
            siteOn(host, { store: make(records), record, prefix: 'app:', hashIds, cookie: { maxAge } } as never, HANDLERS)
          const client = siteOf(false).visitor()
          await client.get()
          const { text: id } = await client.get('/id')
          const before = records.get(`app:${id}`)
          expect(before).to.not.equal(undefined)
          const later = siteOf('migrate').visitor()
          later.cookie = client.cookie
          expect((await later.get('/read')).text).to.equal('1')
          expect([...records]).to.deep.equal([[`app:${keyOf(id)}`, before]])
          expect((await later.get()).text).to.equal('2')
          expect((await later.get('/logout')).text).to.equal('done')
          expect(records.size).to.equal(0)
        })
      }
    }
  }
})
