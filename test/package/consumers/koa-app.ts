import Koa from 'koa'
import memory from 'PACKAGE'
import session from 'PACKAGE/koa'
import { koaGenericSession, koaSession, koaSessionStore, koaSessionTs } from 'PACKAGE/koa/presets'

declare module 'PACKAGE' {
  interface SessionData {
    views: number
    user: { name: string }
  }
}

/** True of the very same types: `any` is the same as nothing else. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

const app = new Koa()
app.keys = ['new', 'old']

app.use(session())
app.use(session({ cookie: { sameSite: 'lax', maxAge: 60000, signed: true, overwrite: false } }, app))
app.use(session(app, { store: 'cookie', seal: ['new', 'old'], rolling: true }))
app.use(session(app)).use(session({ store: new memory.MemoryStore(), name: 'id', concurrency: 'merge', renew: true }))
app.use(
  session({
    store: { get: async (id: string) => ({ id }), set: async (_id: string, _record: object, _ttl?: number) => {}, destroy: async () => {} },
  }),
)
app.use(session({ store: { load: async id => id, save: async (_id, _json) => {}, remove: async () => {} }, prefix: 'x:' }))
// With the names of older middlewares
app.use(session({ key: 'id', maxAge: 'session', httpOnly: false, allowEmpty: true, cookieOptions: { path: '/' } }))
app.use(session({ genSid: () => 'id', externalKey: { get: ctx => ctx.path, set: () => {} } }))
const middleware: Koa.Middleware = session({ valid: ctx => ctx.secure, beforeSave: (_ctx, { length }) => length, autoCommit: false })
const options: session.Options = { touchAfter: 60000, onError: (_err, what) => what === 'get', defer: true }
app.use(middleware).use(session(options))
class Visit extends session.KoaSession {
  get shouted(): string {
    return String(this.externalKey).toUpperCase()
  }
}
app.use(session({ Session: Visit, keepOnRegenerate: true, record: 'data', cookieOnSave: false }))

app.use(koaSession(app)).use(koaSession({ key: 'koa.sess', maxAge: 'session', renew: true }, app))
app.use(koaGenericSession()).use(koaGenericSession({ key: 'koa.sid', ttl: 60000, cookie: { maxAge: 60000 } }))
app.use(koaSessionStore({ name: 'koa:sess', store: { load: async () => null, save: async () => {}, remove: async () => {} } }))
app.use(koaSessionTs({ cookieOptions: { signed: true }, errorHandler: () => {} }))

// @ts-expect-error: no such option
session({ secrets: ['x'] })
// @ts-expect-error: a number is no name
session({ name: 42 })
// @ts-expect-error: no such attribute value
session({ cookie: { sameSite: 'loose' } })
// @ts-expect-error: a store that cannot end a session
session({ store: { get: async () => null, set: async () => {} } })
// @ts-expect-error: an id is a string
session({ genid: () => 7 })
// @ts-expect-error: not an app
session({}, 'app')
// @ts-expect-error: no such option of koa-session's
koaSession({ keys: ['x'] }, app)
// @ts-expect-error: not an app
koaGenericSession({}, 'app')

app.use(async (ctx, next) => {
  true satisfies Same<typeof ctx.session.views, number | undefined>
  // @ts-expect-error: the names in a session belong to the app
  ctx.session.id
  true satisfies Same<typeof ctx.session.isNew, boolean>
  true satisfies Same<typeof ctx.sessionId, string | undefined>
  true satisfies Same<typeof ctx.sessionSave, boolean | null>
  // @ts-expect-error: it may not be there yet
  const views: number = ctx.session.views
  ctx.session.views = (ctx.session.views ?? 0) + 1
  ctx.session.user = { name: 'Ada' }
  // @ts-expect-error: it is not declared
  ctx.session.nothing
  // @ts-expect-error: declared as an object
  ctx.session.user = 'Ada'
  // @ts-expect-error: when a session ends is no string
  ctx.session.maxAge = 'tomorrow'

  const saved = await ctx.session.save()
  true satisfies Same<typeof saved, void>
  await ctx.session.regenerate({ keep: true })
  ctx.session.save(err => ctx.onerror(err as Error))
  const committed = await ctx.session.commit({ save: true, regenerate: false } satisfies session.CommitOptions)
  true satisfies Same<typeof committed, void>
  ctx.session.commit(err => ctx.onerror(err as Error))
  ctx.session.commit({ regenerate: true }, err => ctx.onerror(err as Error))
  ctx.session.regenerate({ keep: ['user'] }, err => ctx.onerror(err as Error))
  // @ts-expect-error: no such option
  ctx.session.commit({ saves: true })
  await ctx.updateSession(draft => void (draft.views = 1))
  await session.update(ctx, draft => void (draft.views = 1))
  ctx.session.maxAge = 60000
  ctx.session.maxAge = 'session'
  ctx.session.cookie = { sameSite: 'strict' }
  // @ts-expect-error: no such value
  ctx.session.cookie = { sameSite: 'loose' }
  // @ts-expect-error: no such option
  await ctx.regenerateSession({ keeps: true })
  const regenerated = await ctx.regenerateSession()
  true satisfies Same<typeof regenerated.user, { name: string } | undefined>
  ctx.sessionSave = true
  await ctx.saveSession()
  // @ts-expect-error: no session
  ctx.session = 'Ada'
  ctx.body = `${views} ${ctx.session.length} ${ctx.session.populated} ${JSON.stringify(ctx.session.toJSON())}`
  ctx.session = { views: 1 }
  ctx.session = null
  await next()
})

/** A handler in another file. */
export const greet = (ctx: Koa.Context): string | undefined => ctx.session.user?.name
