import type { ServerResponse } from 'node:http'
import { expect } from 'chai'
import { MemoryStore, update } from '../../lib'
import type { Browser } from '../support/browser'
import { connect } from '../support/connect-host'
import { useDiagnostics } from '../support/diagnostics'
import { EngineStore } from '../support/engine-store'
import { data, routes } from '../support/handlers'
import { onEachHost } from '../support/hosts'
import { sessionsOn } from '../support/sessions-of'
import { siteOn } from '../support/site'
import type { SessionOptions, Store } from '../support/subject'
import { VersionedStore } from '../support/versioned-store'

const endWith = (res: ServerResponse) => (err?: unknown) => void res.end(err ? String(err) : 'done')

const isRegistry = (id: string): boolean => id.startsWith('u!')

/** Fails the writes of lists that `fails` chooses. The package repeats a failed write twice. */
class FailingStore extends VersionedStore {
  fails: (write: number) => boolean = () => false
  writes = 0
  failsToRead = false

  override get(...given: Parameters<VersionedStore['get']>): void {
    if (this.failsToRead && isRegistry(given[0])) return void setImmediate(() => given[1](new Error('registry is down')))
    super.get(...given)
  }

  override compareAndSet(...given: Parameters<VersionedStore['compareAndSet']>): void {
    if (isRegistry(given[0])) {
      if (this.fails(++this.writes)) return void setImmediate(() => given[3](new Error('registry is down')))
    }
    super.compareAndSet(...given)
  }
}

const HANDLERS = routes({
  '/': (req, res) => res.end(String(data(req).user ?? 'nobody')),
  '/write': (req, res) => ((data(req).n = 1), res.end('done')),
  '/become': (req, res) => ((data(req).user = 'ada'), req.session.save(endWith(res))),
  '/bob': (req, res) => ((data(req).user = 'bob'), req.session.save(endWith(res))),
  '/login': (req, res) =>
    req.session.regenerate(err => (err ? endWith(res)(err) : ((data(req).user = 'ada'), req.session.save(endWith(res))))),
  '/update': (req, res) => update(req as never, (s: { user?: string }) => void (s.user = 'ada')).then(() => res.end('done'), endWith(res)),
  '/leave': (req, res) => update(req as never, (s: { user?: string }) => void delete s.user).then(() => res.end('done'), endWith(res)),
  '/logout': (req, res) => req.session.destroy(endWith(res)),
  '/renew': (req, res) => ((data(req).user = 'ada'), req.session.regenerate({ keep: true }).then(() => res.end('done'), endWith(res))),
})

const USERS: Partial<SessionOptions> = { userId: (s: { user?: string }) => s.user, cookie: { maxAge: 600_000 } }

const STORES: Readonly<Record<string, () => Store>> = {
  MemoryStore: () => new MemoryStore() as never,
  'a store that compares': () => new VersionedStore(new Map()) as never,
  'a plain store': () => new EngineStore({ touch: 'ttl', expires: true }).asStore,
}

describe('sessions by user: writes of lists that fail', () => {
  it('revokeAll counts the sessions that it has ended, if a reply was lost', async () => {
    const store = new VersionedStore(new Map())
    const options = { store: store as never, ...USERS }
    const site = siteOn(connect, options, HANDLERS)
    for (let count = 0; count < 3; count++) await site.browser().get('/become')
    const { compareAndSet } = store
    store.compareAndSet = (id, record, version, callback) => {
      store.compareAndSet = compareAndSet
      compareAndSet.call(store, id, record, version, () => callback(new Error('read ECONNRESET')))
    }
    expect(await sessionsOn(connect, options).revokeAll('ada')).to.equal(3)
  })

  it('a store that refuses a list which it does not return is reported at once', async () => {
    const store = new VersionedStore(new Map())
    const { compareAndSet } = store
    let refused = 0
    store.compareAndSet = (id, record, version, callback) => {
      if (!isRegistry(id)) return compareAndSet.call(store, id, record, version, callback)
      refused++
      setImmediate(callback, null, { ok: false })
    }
    const site = siteOn(connect, { store: store as never, ...USERS }, HANDLERS)
    expect((await site.browser().get('/become')).text).to.match(/refuses the version/)
    expect(refused).to.be.below(100)
  })
})

onEachHost('sessions by user: logins that fail', host => {
  for (const [what, make] of Object.entries(STORES)) {
    for (const first of ['/write', '/']) {
      it(`a refused login by update stores no user, on ${what}, after ${first}`, async () => {
        const options = { store: make(), ...USERS, maxSessionsPerUser: { max: 1, then: 'refuse' as const } }
        const site = siteOn(host, options, HANDLERS)
        await site.browser().get('/become')
        const client = site.browser()
        await client.get(first)
        expect((await client.get('/update')).text).to.match(/too many|TOO_MANY/i)
        expect((await client.get('/')).text).to.equal('nobody')
        expect(await sessionsOn(host, options).list('ada')).to.have.length(1)
      })
    }

    it(`update logs in a session that is older than the last revocation, and out, on ${what}`, async () => {
      const options = { store: make(), ...USERS }
      const client = siteOn(host, options, HANDLERS).browser()
      await client.get('/write')
      await sessionsOn(host, options).revokeAll('ada')
      const real = Date.now
      try {
        Date.now = () => real() + 1000
        expect((await client.get('/update')).text).to.equal('done')
      } finally {
        Date.now = real
      }
      const [session] = await sessionsOn(host, options).list('ada')
      expect(session?.authenticatedAt).to.be.greaterThan(session?.createdAt as Date)
      expect((await client.get('/leave')).text).to.equal('done')
      expect((await client.get('/')).text).to.equal('nobody')
      expect(await sessionsOn(host, options).list('ada')).to.have.length(0)
    })
  }

  for (const [what, on] of [
    ['', {}],
    [', with a listener', { on: { ended: () => {} } }],
  ] as const) {
    it(`a revocation does not end the session of another user that could not be taken out of the list${what}`, async () => {
      const store = new FailingStore(new Map())
      const options = { store: store as never as Store, ...USERS, ...on }
      const client = siteOn(host, options, HANDLERS).browser()
      await client.get('/become')
      store.writes = 0
      // Bob is added to his list, confirmed there, and taken out of that of ada
      store.fails = write => write > 2
      expect((await client.get('/bob')).text).to.match(/registry is down/)
      store.fails = () => false
      const sessions = sessionsOn(host, options)
      await sessions.revokeAll('ada')
      expect((await client.get('/')).text).to.equal('bob')
      expect(await sessions.revokeAll('bob')).to.equal(1)
      expect((await client.get('/')).text).to.equal('nobody')
    })
  }

  for (const path of ['/become', '/login', '/update', '/renew']) {
    for (const first of ['/', '/write']) {
      for (const [from, count] of [
        [1, Infinity],
        [2, 3],
        [2, Infinity],
      ] as const) {
        it(`${path} after ${first} leaves no session of the user if the list cannot be written, from write ${from} on ${count} times`, async () => {
          const store = new FailingStore(new Map())
          const options = { store: store as never as Store, ...USERS }
          const site = siteOn(host, options, HANDLERS)
          const client = site.browser()
          await client.get(first)
          store.fails = write => write >= from && write < from + count
          const res = await client.get(path)
          expect(res.text).to.not.equal('done')
          expect((await client.get('/')).text).to.equal('nobody')
          expect([...store.records].filter(([id, { text }]) => !isRegistry(id) && text.includes('ada'))).to.deep.equal([])
        })
      }
    }
  }

  describe('a list that cannot be written after the end of a session', () => {
    const published = useDiagnostics('resession:stale')
    let store: FailingStore
    let options: Partial<SessionOptions>
    beforeEach(() => {
      store = new FailingStore(new Map())
      options = { store: store as never as Store, ...USERS, clearCookie: true }
    })
    const loggedIn = async (): Promise<Browser> => {
      const client = siteOn(host, options, HANDLERS).browser()
      await client.get('/become')
      store.writes = 0
      return client
    }

    it('does not fail a logout', async () => {
      const client = await loggedIn()
      store.fails = () => true
      const res = await client.get('/logout')
      expect(res.text).to.equal('done')
      expect(String(res.headers['set-cookie'])).to.match(/1970/)
      expect(published.map(([, message]) => String((message as { error: unknown }).error))).to.deep.equal(['Error: registry is down'])
      store.fails = () => false
      expect(await sessionsOn(host, options).list('ada')).to.have.length(0)
    })

    it('does not fail regenerate', async () => {
      const client = await loggedIn()
      store.fails = write => write <= 3
      expect((await client.get('/login')).text).to.equal('done')
      expect((await client.get('/')).text).to.equal('ada')
      expect(published).to.have.length(1)
      expect(await sessionsOn(host, options).list('ada')).to.have.length(1)
    })

    it('does not fail sessions.end', async () => {
      const client = await loggedIn()
      const [id] = [...store.records.keys()].filter(id => !isRegistry(id))
      store.fails = () => true
      await sessionsOn(host, options).end(id as string)
      expect((await client.get('/')).text).to.equal('nobody')
      expect(published).to.have.length(1)
    })

    it('fails a logout if it cannot be read, because the session may have another ID, and the cookie is removed', async () => {
      const client = await loggedIn()
      store.failsToRead = true
      const res = await client.get('/logout')
      expect(res.text).to.equal('Error: registry is down')
      expect(String(res.headers['set-cookie'])).to.match(/1970/)
      expect(published).to.have.length(0)
      store.failsToRead = false
      expect(await sessionsOn(host, options).list('ada')).to.have.length(0)
    })
  })

  it('revokeAll lists the session of the request only if it is of the user', async () => {
    const options: Partial<SessionOptions> = { store: new VersionedStore(new Map()) as never as Store, ...USERS }
    const sessions = sessionsOn(host, options)
    const site = siteOn(host, options, (req, res) =>
      req.url === '/all'
        ? sessions.revokeAll('ada', { except: (req as { ctx?: object }).ctx ?? req }).then(count => res.end(String(count)), endWith(res))
        : HANDLERS(req, res),
    )
    const admin = site.browser()
    await admin.get('/bob')
    await site.browser().get('/become')
    expect((await admin.get('/all')).text).to.equal('1')
    expect(await sessions.revokeAll('ada')).to.equal(0)
    expect((await admin.get('/')).text).to.equal('bob')
  })

  it('an ID that is no well-formed Unicode does not end the sessions of another user', async () => {
    const options: Partial<SessionOptions> = { store: new MemoryStore() as never, ...USERS }
    const sessions = sessionsOn(host, options)
    const site = siteOn(host, options, (req, res) => ((data(req).user = '\ufffd'), res.end()))
    await site.browser().get('/')
    expect(await sessions.revokeAll('\ud800').catch(String)).to.match(/^TypeError: .*well-formed Unicode/)
    expect(await sessions.list('\ufffd')).to.have.length(1)
  })

  it('MemoryStore with max keeps the list of a user who has sessions, and forgets others', async () => {
    const store = new MemoryStore({ max: 4 })
    const options: Partial<SessionOptions> = { store: store as never, ...USERS }
    const site = siteOn(host, options, HANDLERS)
    const ada = site.browser()
    await site.browser().get('/bob')
    await ada.get('/become')
    for (let others = 0; others < 5; others++) {
      await site.browser().get('/write')
      expect((await ada.get('/')).text).to.equal('ada')
    }
    expect(Object.keys((store as unknown as { sessions: object }).sessions).filter(isRegistry)).to.have.length(1)
    expect(await sessionsOn(host, options).revokeAll('ada')).to.equal(1)
    expect((await ada.get('/')).text).to.equal('nobody')
  })

  it('end does not take the ID of a list for that of a session', async () => {
    const store = new VersionedStore(new Map())
    const options: Partial<SessionOptions> = { store: store as never, ...USERS }
    await siteOn(host, options, HANDLERS).browser().get('/become')
    const sessions = sessionsOn(host, options)
    for (const id of store.records.keys()) if (isRegistry(id)) await sessions.end(id)
    expect(await sessions.list('ada')).to.have.length(1)
  })
})
