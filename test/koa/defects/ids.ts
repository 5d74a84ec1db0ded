import { KOA_SESSION, type Defect } from './defect'
import { lines, type Bag } from '../site'

const HOUR = 3_600_000

/** Defects of session IDs and their records. */
export const IDS: readonly Defect[] = [
  {
    number: 10,
    what: 'Unchanged data are not saved after a regeneration, and the cookie is cleared: a user who logs in again is logged out',
    whose: ['koa-generic-session', 'koa-session-ts'],
    handlers: { '/login': ctx => ctx.regenerateSession().then(() => void ((ctx.session as Bag).a = 1)) },
    async visits({ site }) {
      const visitor = site.visitor()
      await visitor.get('/set')
      await visitor.get('/login')
      return [(await visitor.get('/read')).text, visitor.jar.value('koa.sid') !== undefined]
    },
    good: ['{"a":1}', true],
    bad: ['{}', false],
  },
  {
    number: 14,
    what: 'An ID from a promise is "[object Promise]", and all clients share one session',
    whose: KOA_SESSION,
    options: store => ({ store, genid: () => Promise.resolve(`id${store.records.size}`) }),
    async visits({ site, store }) {
      await site.get('/set')
      await site.get('/set')
      return [...new Set([...store.records.keys()].map(String))]
    },
    good: ['id0', 'id1'],
    bad: ['[object Promise]'],
  },
  {
    number: 15,
    what: 'An ID that a client has made up is adopted if cookies are not signed',
    whose: ['koa-sess', 'koa-session-store'],
    options: store => ({ store, cookie: { signed: false } }),
    async visits({ site, store, name }) {
      const visitor = site.visitor()
      if (name === 'koa-sess') visitor.jar.forge('koa.sid', 'made-up')
      else visitor.jar.forge('koa:sess', '{"_sid":"made-up"}')
      await visitor.get('/set')
      return [...store.records.keys()].map(key => key.endsWith('made-up'))
    },
    good: [false],
    bad: [true],
  },
  {
    number: 15,
    what: 'The cookie of a session that has ended gives its ID to the next session',
    whose: ['koa-sess', 'koa-session-store'],
    async visits({ site, store }) {
      const visitor = site.visitor()
      await visitor.get('/set')
      const [cookie, [id]] = [visitor.jar.header('/'), store.records.keys()]
      await visitor.get('/end')
      await site.get('/set').set('Cookie', cookie)
      return [store.records.size, store.records.has(id as string)]
    },
    good: [1, false],
    bad: [1, true],
  },
  {
    number: 17,
    what: 'After a regeneration session.externalKey is the id of the session that was destroyed',
    whose: KOA_SESSION,
    handlers: {
      async '/regenerate'(ctx) {
        await (ctx.session as Bag).regenerate()
        ctx.body = (ctx.session as Bag).externalKey
      },
    },
    async visits({ site, store }) {
      const visitor = site.visitor()
      await visitor.get('/set')
      const [before] = store.records.keys()
      const { text } = await visitor.get('/regenerate')
      return [text === before, store.records.has(text)]
    },
    good: [false, true],
    bad: [true, false],
  },
  {
    number: 17,
    what: 'A session that is begun after another was ended, in one request, has the id of that one',
    whose: KOA_SESSION,
    handlers: { '/afresh': ctx => void ((ctx.session = null), (ctx.session = { b: 1 } as never)) },
    async visits({ site, store }) {
      const visitor = site.visitor()
      await visitor.get('/set')
      const [before] = store.records.keys()
      await visitor.get('/afresh')
      return [store.records.has(before as string), (await visitor.get('/read')).text]
    },
    good: [false, '{"b":1}'],
    bad: [true, '{"b":1}'],
  },
  {
    number: 18,
    what: 'saveSession() of a new session asks the store for it, gives it another id, and stores it twice',
    whose: ['koa-generic-session'],
    handlers: {
      async '/save'(ctx) {
        const id = ctx.sessionId
        ;(ctx.session as Bag).a = 1
        await ctx.saveSession()
        ctx.body = String(ctx.sessionId === id)
      },
    },
    async visits(world) {
      const { text } = await world.site.get('/save')
      return [text, world.calls]
    },
    good: ['true', ['set']],
    bad: ['false', ['get', 'set', 'set']],
  },
  {
    number: 18,
    what: 'A date that an app gives to a cookie is told to the store, and not to the browser',
    whose: ['koa-generic-session'],
    handlers: {
      '/expires': ctx => void ((ctx.session as never as { cookie: { expires?: Date } }).cookie.expires = new Date(Date.now() + HOUR)),
    },
    async visits({ site, store }) {
      const hours = (ms = 0): number => Math.round(ms / HOUR)
      const line = lines(await site.get('/expires'))[0] ?? ''
      return [hours(store.calls[0]?.ttl), hours(Date.parse(/expires=([^;]*)/i.exec(line)?.[1] ?? '') - Date.now())]
    },
    good: [1, 1],
    bad: [1, 24],
  },
]
