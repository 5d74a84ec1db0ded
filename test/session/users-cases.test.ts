import { expect } from 'chai'
import { createHash } from 'node:crypto'
import koaSession = require('../../lib/koa')
import { connect, QUIET } from '../support/connect-host'
import { EngineStore } from '../support/engine-store'
import { useClock } from '../support/clock'
import { useDiagnostics } from '../support/diagnostics'
import { data, endWith, routes } from '../support/handlers'
import { onEachHost } from '../support/hosts'
import { sessionsOn } from '../support/sessions-of'
import { siteOn, type Handler, type Req } from '../support/site'
import { session, type SessionOptions, type Store } from '../support/subject'
import { VersionedStore } from '../support/versioned-store'

const registryOf = (user: string): string => `u!${createHash('sha256').update(user).digest('base64url')}`

const HANDLERS = routes({
  '/': (req, res) => res.end(String(data(req).user ?? 'nobody')),
  '/write': (req, res) => ((data(req).n = Number(data(req).n ?? 0) + 1), res.end('done')),
  '/become': (req, res) => ((data(req).user = 'ada'), req.session.save(endWith(res))),
  '/leave': (req, res) => (delete data(req).user, req.session.save(endWith(res))),
  '/logout': (req, res) => req.session.destroy(endWith(res)),
  '/renew': (req, res) => req.session.regenerate({ keep: true }).then(() => res.end('done'), endWith(res)),
})

const USERS: Partial<SessionOptions> = { userId: (s: { user?: string }) => s.user, cookie: { maxAge: 600_000 } }

/** Counts the calls of a store that compares. */
class CountingStore extends VersionedStore {
  calls = 0

  override get(...given: Parameters<VersionedStore['get']>): void {
    this.calls++
    super.get(...given)
  }

  override destroy(...given: Parameters<VersionedStore['destroy']>): void {
    this.calls++
    super.destroy(...given)
  }

  override compareAndSet(...given: Parameters<VersionedStore['compareAndSet']>): void {
    this.calls++
    super.compareAndSet(...given)
  }

  count(): number {
    const { calls } = this
    this.calls = 0
    return calls
  }
}

onEachHost('sessions by user: costs and cases', host => {
  const published = useDiagnostics('resession:registry-corrupt')
  const clock = useClock()

  it('cost 3 calls more at a login, 2 at a logout and at a renewal, and none in other requests', async () => {
    const counts = async (options: Partial<SessionOptions>): Promise<number[]> => {
      const store = new CountingStore(new Map())
      const client = siteOn(
        host,
        { store: store as never, cookie: { maxAge: 600_000 }, absoluteTimeout: 600_000, ...options },
        HANDLERS,
      ).browser()
      const found: number[] = []
      for (const path of ['/write', '/become', '/', '/write', '/renew', '/', '/logout', '/']) {
        await client.get(path)
        found.push(store.count())
      }
      return found
    }
    const [without, withUsers] = [await counts({}), await counts(USERS)]
    expect(withUsers.map((count, index) => count - (without[index] as number))).to.deep.equal([0, 3, 0, 0, 2, 0, 2, 0])
  })

  for (const limit of ['absoluteTimeout', 'idleTimeout'] as const) {
    it(`are not in the list any more when a request finds their ${limit} passed`, async () => {
      const store = new VersionedStore(new Map())
      store.returnsExpired = true
      const site = siteOn(host, { store: store as never, ...USERS, [limit]: 60_000 }, HANDLERS)
      const [client, other] = [site.visitor(), site.visitor()]
      await client.get('/become')
      clock.turn(60_000)
      await other.get('/become')
      const listed = (): number => (store.records.get(registryOf('ada'))?.text ?? '').split('"h":').length - 1
      expect(listed()).to.equal(2)
      expect((await client.get()).text).to.equal('nobody')
      expect(listed()).to.equal(1)
      expect(site.errors).to.deep.equal([])
    })
  }

  it('drop the save of a request that is under way when its session is revoked, and remove its cookie', async () => {
    const records = new Map()
    const options = { store: new VersionedStore(records) as never as Store, ...USERS, clearCookie: true }
    let goOn = (): void => {}
    let arrived = (): void => {}
    const isIn = new Promise<void>(resolve => (arrived = resolve))
    const site = siteOn(host, options, async (req, res) => {
      if (req.url !== '/slow') return HANDLERS(req, res)
      arrived()
      await new Promise<void>(resolve => (goOn = resolve))
      data(req).late = true
      res.end()
    })
    const client = site.visitor()
    await client.get('/become')
    const slow = client.get('/slow')
    await isIn
    const other = sessionsOn(host, { ...options, store: new VersionedStore(records) as never as Store })
    expect(await other.revokeAll('ada')).to.equal(1)
    goOn()
    const res = await slow
    expect(String(res.headers['set-cookie'])).to.match(/1970/)
    expect((await client.get()).text).to.equal('nobody')
    expect([...records.keys()].filter(key => !String(key).startsWith('u!'))).to.deep.equal([])
    expect(site.errors).to.deep.equal([])
  })

  it('contain no session ID, with hashIds', async () => {
    const records = new Map<string, never>()
    const options = { store: new VersionedStore(records) as never as Store, ...USERS, hashIds: true as const }
    const client = siteOn(
      host,
      options,
      routes({ '/id': (req, res) => res.end(req.sessionID), '/': HANDLERS, '/become': HANDLERS }),
    ).browser()
    await client.get('/become')
    const { text: id } = await client.get('/id')
    expect(JSON.stringify([...records])).to.not.include(id)
    expect(await sessionsOn(host, options).revokeAll('ada')).to.equal(1)
    expect((await client.get()).text).to.equal('nobody')
  })

  it('are listed anew if the record of the list is corrupt', async () => {
    const store = new EngineStore({ touch: 'ttl', expires: true })
    const options = { store: store.asStore, ...USERS }
    const client = siteOn(host, options, HANDLERS).browser()
    await client.get('/become')
    store.rows.set(registryOf('ada'), { text: '{"cookie":{"originalMaxAge":null},"~u":{"s":"text"}}', end: Infinity })
    const sessions = sessionsOn(host, options)
    expect((await sessions.list('ada')).length).to.equal(0)
    await client.get('/renew')
    expect((await sessions.list('ada')).length).to.equal(1)
  })

  for (const [method, act] of Object.entries({
    list: async sessions => expect((await sessions.list('ada')).length).to.equal(1),
    revoke: async sessions => expect(await sessions.revoke('ada', 'unknown')).to.equal(false),
  } satisfies Record<string, (sessions: ReturnType<typeof sessionsOn>) => Promise<unknown>>)) {
    it(`${method} rebuilds a corrupt list from its intact entries, once`, async () => {
      const store = new EngineStore({ touch: 'ttl', expires: true })
      const options = { store: store.asStore, ...USERS }
      await siteOn(host, options, HANDLERS).browser().get('/become')
      const key = registryOf('ada')
      const intact = JSON.parse(store.rows.get(key)?.text ?? '') as { '~u': { s: object[] } }
      const corrupt = { ...intact, '~u': { e: 'soon', s: [null, { h: 1 }, ...intact['~u'].s, 'text'] } }
      store.rows.set(key, { text: JSON.stringify(corrupt), end: Infinity })
      published.length = 0
      const sessions = sessionsOn(host, options)
      await act(sessions)
      await act(sessions)
      const rebuilt = JSON.parse(store.rows.get(key)?.text ?? '') as typeof intact
      expect(rebuilt['~u']).to.deep.equal({ s: intact['~u'].s })
      expect(published.map(([channel]) => channel)).to.deep.equal(['resession:registry-corrupt'])
    })
  }

  for (const path of ['/write', '/renew']) {
    it(`are not listed after their user has left them: ${path}`, async () => {
      const store = new EngineStore({ touch: 'ttl', expires: true })
      const client = siteOn(host, { store: store.asStore, ...USERS }, HANDLERS).browser()
      for (const step of ['/become', path]) await client.get(step)
      expect(store.rows.has(registryOf('ada'))).to.equal(true)
      await client.get('/leave')
      expect(store.rows.has(registryOf('ada'))).to.equal(false)
      expect((await client.get()).text).to.equal('nobody')
    })
  }

  for (const [what, prefix, expected] of [
    ['are one set for all middlewares on one store', '', ['nobody', 'nobody']],
    ['are a set of their own with another text as the user', 'admin:', ['nobody', 'ada']],
  ] as const) {
    it(`${what}: customers and admins with the same ID`, async () => {
      const store = new VersionedStore(new Map()) as never
      const customers = { store, ...USERS, name: 'id' }
      const admins = { ...customers, name: 'admin', userId: (s: { user?: string }) => s.user && `${prefix}${s.user}` }
      const [customer, admin] = [customers, admins].map(options => siteOn(host, options, HANDLERS).browser())
      for (const client of [customer, admin]) await client?.get('/become')
      expect(await sessionsOn(host, customers).list('ada')).to.have.length(prefix ? 1 : 2)
      await sessionsOn(host, customers).revokeAll('ada')
      expect([(await customer?.get())?.text, (await admin?.get())?.text]).to.deep.equal(expected)
      expect(await sessionsOn(host, admins).list(`${prefix}ada`)).to.have.length(prefix ? 1 : 0)
    })
  }

  it('refuse the ID of a list as that of a session', async () => {
    const options = { store: new EngineStore({ touch: 'ttl', expires: true }).asStore, ...USERS }
    const site = siteOn(host, options, HANDLERS)
    await site.browser().get('/become')
    const id = registryOf('ada')
    const stranger = site.visitor()
    stranger.cookie = host.cookie(id)
    expect((await stranger.get('/write')).status).to.equal(200)
    expect(stranger.cookie).to.not.include('u!')
    const own = siteOn(host, { ...options, genid: () => `u!${String(Math.random())}` }, HANDLERS)
    await own.browser().get('/become')
    expect(String(own.errors[0])).to.match(/^TypeError: genid must give an ID that does not begin with "u!"/)
  })

  for (const [what, userId, reason] of [
    [
      'throws',
      () => {
        throw new Error('no user table')
      },
      /no user table/,
    ],
    ['returns an object', () => ({ id: 1 }), /userId option must return a string or a number/],
    ['returns NaN', () => NaN, /userId option must return a string or a number/],
    ['returns a long text', () => 'a'.repeat(513), /of at most 512 characters/],
  ] as const) {
    it(`fail to be saved if userId ${what}`, async () => {
      const store = new EngineStore({ touch: 'ttl', expires: true })
      const site = siteOn(host, { store: store.asStore, userId: userId as never }, HANDLERS)
      await site.browser().get('/write')
      expect(String(site.errors[0])).to.match(reason)
      expect(store.rows.size).to.equal(0)
    })
  }

  const REFUSED: Readonly<Record<string, readonly [object, RegExp]>> = {
    'userId that is no function': [{ userId: 'user' }, /userId option must be a function/],
    'maxSessionsPerUser without userId': [{ maxSessionsPerUser: 2 }, /maxSessionsPerUser option needs userId/],
    'maxSessionsPerUser of 0': [{ ...USERS, maxSessionsPerUser: 0 }, /maxSessionsPerUser option must be a number of at least 1/],
    'maxSessionsPerUser with another rule': [
      { ...USERS, maxSessionsPerUser: { max: 1, then: 'ask' } },
      /maxSessionsPerUser option must be/,
    ],
    'describe without userId': [{ describe: () => ({}) }, /describe option needs userId/],
    'validate that is no function': [{ validate: true }, /validate option must be a function/],
    'userId for sessions in the cookie': [{ ...USERS, store: 'cookie' }, /userId option needs a store/],
  }
  for (const [what, [options, reason]] of Object.entries(REFUSED)) {
    it(`refuse ${what}`, () => expect(() => host.start({ ...options })).to.throw(TypeError, reason))
  }

  it('end at the next request if validate refuses them', async () => {
    let isValid = true
    const options = { store: new EngineStore({ touch: 'ttl', expires: true }).asStore, ...USERS, validate: () => isValid }
    const client = siteOn(host, options, HANDLERS).browser()
    await client.get('/become')
    expect((await client.get()).text).to.equal('ada')
    isValid = false
    expect((await client.get()).text).to.equal('nobody')
    expect((await sessionsOn(host, options).list('ada')).length).to.equal(0)
  })
})

onEachHost('sessions by user: a store that keeps sessions which are over', host => {
  const clock = useClock()
  const HOUR = 3_600_000

  for (const [what, limits, touch] of [
    ['absolute', { absoluteTimeout: HOUR }, 'ttl'],
    ['absolute', { absoluteTimeout: HOUR }, 'none'],
    ['idle', { idleTimeout: HOUR }, 'none'],
  ] as const) {
    for (const then of ['refuse', 'evict'] as const) {
      it(`do not count after their ${what} end, with '${then}', and end by the next login: touch is ${touch}`, async () => {
        const store = new EngineStore({ touch, expires: false })
        const whys: unknown[] = []
        const on = { ended: ({ why }: { why: unknown }) => void whys.push(why) }
        const options = { store: store.asStore, ...USERS, ...limits, maxSessionsPerUser: { max: 1, then }, on } as Partial<SessionOptions>
        const site = siteOn(host, options, HANDLERS)
        await site.browser().get('/become')
        const records = [...store.rows.keys()]
        clock.turn(HOUR + 1)
        expect((await site.browser().get('/become')).status).to.equal(200)
        expect([...store.rows.keys()].length).to.equal(records.length)
        expect((await sessionsOn(host, options).list('ada')).length).to.equal(1)
        expect(whys).to.deep.equal([what])
      })
    }
  }

  it('count until their end', async () => {
    const store = new EngineStore({ touch: 'none', expires: false }).asStore
    const options = { store, ...USERS, idleTimeout: HOUR, maxSessionsPerUser: { max: 1, then: 'refuse' as const } }
    const site = siteOn(host, options, HANDLERS)
    await site.browser().get('/become')
    clock.turn(HOUR - 1)
    const late = site.browser()
    await late.get('/become')
    expect((await late.get()).text).to.equal('nobody')
  })
})

onEachHost('sessions by user: the time of the authentication', host => {
  const clock = useClock()
  const HOUR = 3_600_000
  const users: Partial<SessionOptions> = { ...USERS, cookie: { maxAge: 24 * HOUR } }
  const regenerate = (req: Req): Promise<void> =>
    (req.session as unknown as { regenerate(options: object): Promise<void> }).regenerate({ keep: true })

  /** Ways to give a session another user. */
  const WAYS: Readonly<Record<string, Handler>> = {
    'a save': (_, res) => res.end('done'),
    'regenerate with keep': (req, res) => regenerate(req).then(() => res.end('done'), endWith(res)),
    'regenerate with keep, and a save after it': (req, res) => {
      const { user } = data(req)
      delete data(req).user
      return regenerate(req).then(() => ((data(req).user = user), res.end('done')), endWith(res))
    },
    'session.update': (req, res) => {
      const { user } = data(req)
      delete data(req).user
      return session.update(req, draft => void Object.assign(draft, { user })).then(() => res.end('done'), endWith(res))
    },
  }

  for (const [way, change] of Object.entries(WAYS)) {
    const begin = (options: Partial<SessionOptions>) => {
      const handlers = routes({
        '/': HANDLERS,
        '/write': HANDLERS,
        '/admin': (req, res) => ((data(req).user = 'admin'), res.end('done')),
        '/change': (req, res) => ((data(req).user = new URL(req.url ?? '/', 'http://localhost').search.slice(1)), change(req, res)),
        '/at': (req, res) => res.end(String(session.info(req)?.authenticatedAt.valueOf())),
      })
      return siteOn(host, { absoluteTimeout: HOUR, ...options }, handlers)
    }

    it(`is that of the login, if the session had no user: ${way}`, async () => {
      const client = begin(users).browser()
      await client.get('/write')
      clock.turn(1000)
      expect((await client.get('/change?ada')).text).to.equal('done')
      expect([(await client.get()).text, Number((await client.get('/at')).text)]).to.deep.equal(['ada', clock.now()])
    })

    // The user is first removed here, which is a logout
    if (way === 'regenerate with keep, and a save after it') continue
    it(`stays, if the session had another user: ${way}`, async () => {
      const client = begin(users).browser()
      const began = clock.now()
      await client.get('/admin')
      for (const user of ['ada', 'admin', 'ada']) {
        clock.turn(HOUR / 4)
        expect((await client.get(`/change?${user}`)).text).to.equal('done')
        expect([(await client.get()).text, Number((await client.get('/at')).text)]).to.deep.equal([user, began])
      }
      clock.turn(HOUR / 4)
      expect((await client.get()).text).to.equal('nobody')
    })

    it(`stays, if the session had another user before the option: ${way}`, async () => {
      const store = new EngineStore({ touch: 'ttl', expires: true }).asStore
      const client = begin({ store }).browser()
      const began = clock.now()
      await client.get('/admin')
      clock.turn(1000)
      const later = client.at(begin({ store, ...users }).server)
      await later.get('/change?ada')
      expect([(await later.get()).text, Number((await later.get('/at')).text)]).to.deep.equal(['ada', began])
    })
  }
})

describe('sessions by user: requireFresh', () => {
  const options = { ...QUIET, store: new VersionedStore(new Map()) as never, ...USERS }

  it('asks for a recent login', async () => {
    const sessions = session(options)
    const guard = (
      sessions as unknown as { requireFresh(ms: number): (req: unknown, res: unknown, next: (err?: Error) => void) => void }
    ).requireFresh(1000)
    const real = Date.now
    const site = siteOn(connect, options, (req, res) => {
      if (req.url !== '/fresh') return HANDLERS(req, res)
      guard(req, res, err => res.end(err ? (err as Error & { code: string }).code : 'fresh'))
    })
    const client = site.browser()
    expect((await client.get('/fresh')).text).to.equal('ERR_SESSION_NOT_FRESH')
    await client.get('/become')
    expect((await client.get('/fresh')).text).to.equal('fresh')
    try {
      Date.now = () => real() + 2000
      expect((await client.get('/fresh')).text).to.equal('ERR_SESSION_NOT_FRESH')
    } finally {
      Date.now = real
    }
  })

  it('needs userId, and a number of milliseconds', () => {
    expect(() => koaSession({ store: options.store }).requireFresh(1000)).to.throw(TypeError, /requireFresh needs the option userId/)
    expect(() => koaSession({ store: options.store, ...(USERS as object) }).requireFresh(0)).to.throw(
      TypeError,
      /requireFresh option must get a number/,
    )
  })
})
