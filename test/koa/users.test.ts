import { expect } from 'chai'
import { MemoryStore } from '../../lib'
import koaSession = require('../../lib/koa')
import { koaGenericSession, koaSession as preset } from '../../lib/koa-presets'
import { useClock } from '../support/clock'
import { turns } from '../support/wire'
import { KoaSite, show, type Ctx, type KoaSessionOptions, type Visitor } from './site'
import { Strings, Told } from './told'

type Sessions = koaSession.KoaMiddleware
type Make = (options: KoaSessionOptions, app: never) => Sessions

const HANDLERS = {
  '/in': (ctx: Ctx) => void ((ctx.session as { user?: string }).user = 'ada'),
  '/read': show,
  // With koa-session's preset, `ctx.sessionId` is a name of the app
  '/id': (ctx: Ctx) => (ctx.body = ctx.session?.externalKey ?? ctx.sessionId),
}

const WAYS: Record<string, { readonly make?: Make; readonly store: () => object; readonly options?: KoaSessionOptions }> = {
  'a store of promises': { store: () => new Told() },
  'a store of values': { store: () => new Told(value => value) },
  'a store of JSON strings': { store: () => new Strings() },
  'hashed IDs': { store: () => new Told(), options: { hashIds: true } },
  'a maxAge, and a prefix': { store: () => new Told(), options: { prefix: 'a:', cookie: { maxAge: 60_000 } } },
  "koa-session's preset": { make: preset, store: () => new Told() },
  "koa-generic-session's preset": { make: koaGenericSession, store: () => new Told() },
}

it('koa: the sessions of a user, with defer: that of a context is known although the app has not read it', async () => {
  let sessions: Sessions | undefined
  const given = { store: new Told(), userId: ({ user }: { user?: string }) => user, defer: true } as never
  const handlers = {
    '/in': async (ctx: Ctx) => void ((await (ctx.session as unknown as Promise<{ user?: string }>)).user = 'ada'),
    '/list': async (ctx: Ctx) => void (ctx.body = (await sessions?.list('ada', { current: ctx }))?.map(({ current }) => current === true)),
    '/others': async (ctx: Ctx) => void (ctx.body = String(await sessions?.revokeAll('ada', { except: ctx }))),
  }
  const site = new KoaSite({}, handlers, { instead: app => (sessions = koaSession(given, app as never)) })
  const [one, other] = [site.visitor(), site.visitor()]
  for (const visitor of [one, other]) await visitor.get('/in')
  expect((await one.get('/list')).text).to.equal('[true,false]')
  expect((await one.get('/others')).text).to.equal('1')
  expect((await one.get('/list')).text).to.equal('[true]')
})

it('koa: the list of a user is stored for 400 days, and ttl is not asked about it', async () => {
  const asked: object[] = []
  const ttls: (number | ((session: object) => number))[] = [60_000, session => (asked.push(session), 60_000)]
  for (const ttl of ttls) {
    const store = new Told()
    const given = { store, userId: ({ user }: { user?: string }) => user, ttl }
    const site = new KoaSite({}, HANDLERS, { instead: app => koaSession(given as never, app as never) })
    await site.get('/in')
    const lives = new Map(store.calls.flatMap(([method, id, , ms]) => (method === 'set' ? [[String(id), ms]] : [])))
    for (const [id, ms] of lives) expect(ms, id).to.equal(id.startsWith('u!') ? 400 * 86_400_000 : 60_000)
    expect(lives.size).to.equal(2)
  }
  expect(asked.filter(session => '~u' in session)).to.deep.equal([])
  expect(asked).to.have.length(1)
})

/** Stores that never expire a record, which says when the session ends. */
describe('koa: the sessions of a user that are over', () => {
  const clock = useClock()

  for (const [what, store] of Object.entries({ promises: () => new Told(), 'JSON strings': () => new Strings() })) {
    for (const limit of [{ idleTimeout: 60_000 }, { absoluteTimeout: 60_000 }, { cookie: { maxAge: 60_000 } }] as KoaSessionOptions[]) {
      it(`are not listed, and do not count: a store of ${what}, ${JSON.stringify(limit)}`, async () => {
        const kept = store()
        const given = {
          store: kept,
          userId: ({ user }: { user?: string }) => user,
          maxSessionsPerUser: { max: 1, then: 'refuse' },
          ...limit,
        }
        let sessions: Sessions | undefined
        const site = new KoaSite({}, HANDLERS, { instead: app => (sessions = koaSession(given as never, app as never)) })
        const listed = async (): Promise<number> => (await (sessions as Sessions).list('ada')).length
        await site.get('/in')
        clock.turn(59_999)
        expect([(await site.get('/in')).status, await listed()]).to.deep.equal([403, 1])
        clock.turn(2)
        expect(await listed()).to.equal(0)
        expect([(await site.get('/in')).status, await listed(), kept.records.size]).to.deep.equal([404, 1, 2])
      })
    }
  }
})

/** A request finds a session whose record says that it has ended. */
describe('koa: a session that is over, on a store that keeps its record', () => {
  const clock = useClock()
  const MINUTE = 60_000

  const KEPT: Readonly<Record<string, () => Told | Strings>> = {
    'a store of promises': () => new Told(),
    'a store of values': () => new Told(value => value),
    'a store of JSON strings': () => new Strings(),
  }
  const ENDS: readonly (readonly [why: string, options: KoaSessionOptions])[] = [
    ['idle', { idleTimeout: MINUTE }],
    ['absolute', { absoluteTimeout: MINUTE }],
    ['idle', { cookie: { maxAge: MINUTE } }],
  ]

  const begin = (options: object) => {
    const heard: string[] = []
    const note = ({ why, userId }: { why?: string; userId?: string }): void => void heard.push(`ended: ${why} ${userId}`)
    const site = new KoaSite({ on: { ended: note }, ...options } as never, HANDLERS)
    site.app.on('session:expired', ({ key, value }: { key: string; value: { user?: string } }) =>
      heard.push(`expired: ${key.length} ${value.user}`),
    )
    return { site, heard }
  }

  for (const [what, make] of Object.entries(KEPT)) {
    for (const [why, limit] of ENDS) {
      it(`ends, and leaves the list of its user: ${what}, ${JSON.stringify(limit)}`, async () => {
        const store = make()
        let asked = 0
        const userId = ({ user }: { user?: string }): string | undefined => user
        const { site, heard } = begin({ store, userId, valid: () => ++asked, ...limit })
        const visitor = site.visitor()
        await visitor.get('/in')
        const Cookie = visitor.jar.header('/')
        expect(store.records.size).to.equal(2)
        clock.turn(MINUTE)
        const found = asked
        expect((await site.visitor().get('/read', { Cookie })).text).to.equal('{}')
        await turns()
        expect(heard.sort()).to.deep.equal([`ended: ${why} ada`, 'expired: 32 ada'])
        expect([store.records.size, asked]).to.deep.equal([0, found])
        expect(site.errors).to.deep.equal([])
      })
    }

    it(`stays in the store without limits: ${what}`, async () => {
      const store = make()
      const { site, heard } = begin({ store, on: undefined, cookie: { maxAge: MINUTE }, record: 'cookie' })
      const visitor = site.visitor()
      await visitor.get('/in')
      const Cookie = visitor.jar.header('/')
      clock.turn(MINUTE)
      expect((await site.visitor().get('/read', { Cookie })).text).to.equal('{}')
      await turns()
      expect([heard, store.records.size]).to.deep.equal([['expired: 32 ada'], 1])
    })
  }
})

for (const [what, { make = koaSession as Make, store, options }] of Object.entries(WAYS)) {
  describe(`koa: the sessions of a user, with ${what}`, () => {
    const begin = async (): Promise<{ sessions: Sessions; one: Visitor; other: Visitor }> => {
      let sessions: Sessions | undefined
      const given = { store: store(), userId: ({ user }: { user?: string }) => user, ...options } as never
      const site = new KoaSite({}, HANDLERS, { instead: app => (sessions = make(given, app as never)) })
      const [one, other] = [site.visitor(), site.visitor()]
      for (const visitor of [one, other]) await visitor.get('/in')
      return { sessions: sessions as Sessions, one, other }
    }
    const isIn = async (visitor: Visitor): Promise<boolean> => (await visitor.get('/read')).text.includes('ada')

    it('are listed outside of a request', async () => {
      const { sessions } = await begin()
      expect((await sessions.list('ada')).length).to.equal(2)
    })

    it('end one by one', async () => {
      const { sessions, one, other } = await begin()
      const [first] = await sessions.list('ada')
      expect(await sessions.revoke('ada', first?.handle as string)).to.equal(true)
      expect([await isIn(one), await isIn(other)]).to.deep.equal([false, true])
    })

    it('end together', async () => {
      const { sessions, one, other } = await begin()
      expect(await sessions.revokeAll('ada')).to.equal(2)
      expect([await isIn(one), await isIn(other)]).to.deep.equal([false, false])
    })

    it('end by ID, and leave the list', async () => {
      const { sessions, one, other } = await begin()
      await sessions.end((await one.get('/id')).text)
      expect([await isIn(one), await isIn(other)]).to.deep.equal([false, true])
      expect((await sessions.list('ada')).length).to.equal(1)
    })
  })
}

describe('koa: the sessions of a user, with a function as store', () => {
  const userId = ({ user }: { user?: string }): string | undefined => user
  const stores = { one: new MemoryStore(), other: new MemoryStore() }
  const sessions = koaSession({ store: (ctx: { path: string }) => stores[ctx.path.startsWith('/one') ? 'one' : 'other'], userId } as never)
  const errorOf = (asked: Promise<unknown>): Promise<string> => asked.then(() => 'none', String)
  const site = (): KoaSite =>
    new KoaSite(
      {},
      {
        '/one/in': HANDLERS['/in'],
        '/other/in': HANDLERS['/in'],
        '/one/list': async ctx => (ctx.body = (await sessions.list('ada', { current: ctx })).map(({ current }) => current)),
        '/one/others': async ctx => (ctx.body = String(await sessions.revokeAll('ada', { except: ctx }))),
        '/one/read': HANDLERS['/read'],
        '/other/read': HANDLERS['/read'],
      },
      { instead: () => sessions },
    )

  it('are those of the store of a context', async () => {
    const [me, phone, elsewhere] = [site().visitor(), site().visitor(), site().visitor()]
    for (const visitor of [phone, me]) await visitor.get('/one/in')
    await elsewhere.get('/other/in')
    expect((await me.get('/one/list')).body).to.deep.equal([null, true])
    expect((await me.get('/one/others')).text).to.equal('1')
    const texts = [await me.get('/one/read'), await phone.get('/one/read'), await elsewhere.get('/other/read')].map(({ text }) => text)
    expect(texts).to.deep.equal(['{"user":"ada"}', '{}', '{"user":"ada"}'])
  })

  it('cannot be found without a context, and the error says what to write', async () => {
    const why = 'needs a store that is the same for all requests, and the store option is a function'
    expect(await errorOf(sessions.list('ada'))).to.equal(
      `TypeError: sessions.list ${why}; write { current: ctx } for the sessions in the store of this context`,
    )
    expect(await errorOf(sessions.revokeAll('ada'))).to.equal(
      `TypeError: sessions.revokeAll ${why}; write { except: ctx } for the sessions in the store of this context`,
    )
    expect(await errorOf(sessions.revoke('ada', 'a handle'))).to.contain(`sessions.revoke ${why}`)
    expect(await errorOf(sessions.end('an ID'))).to.contain(`sessions.end ${why}`)
  })
})
