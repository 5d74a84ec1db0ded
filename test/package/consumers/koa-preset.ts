import Koa from 'koa'
import { koaGenericSession, koaSession as session, type SessionOptions } from 'PACKAGE/koa/presets'

// Imports nothing else from the package, as an app that has changed one line
declare module 'PACKAGE' {
  interface SessionData {
    views: number
  }
}

const options: SessionOptions = { key: 'koa.sess', maxAge: 60000 }
const app = new Koa()
app.use(session(options, app))
app.use(async ctx => {
  const views: number | undefined = ctx.session.views
  ctx.session.views = (views ?? 0) + 1
  await ctx.session.save()
  // @ts-expect-error: a number
  ctx.session.views = 'many'
  ctx.session = null
})

// What the types of the older middlewares accept: callbacks with the types of Koa, and strings from the environment
const sameSite: string | undefined = process.env.SAME_SITE
class ContextStore {
  constructor(private readonly ctx: Koa.Context) {}
  get = async (id: string) => ({ id, path: this.ctx.path })
  set = async (_id: string, _record: object) => {}
  destroy = async (_id: string) => {}
}
app.use(session({ ContextStore, sameSite, genid: (ctx: Koa.Context) => ctx.ip }, app))
app.use(session({ valid: (_ctx: Koa.Context, _session: any) => true, beforeSave: (ctx: Koa.Context) => ctx.ip, genid: ctx => ctx.ip }, app))
app.use(session({ valid: (ctx, record) => record.tenant === ctx.hostname, beforeSave: (ctx, { views }) => views && ctx.ip }, app))
app.use(session({ externalKey: { get: (ctx: Koa.Context) => ctx.get('x'), set: (ctx: Koa.Context, id: string) => ctx.set('x', id) } }, app))
app.use(koaGenericSession({ genSid: (length: number) => 'x'.repeat(length), cookie: { maxage: 60000 } }))
app.use(koaGenericSession({ errorHandler: (err: Error, type: string, ctx: Koa.Context) => ctx.throw(503, `${type}: ${err.message}`) }))
app.use(
  koaGenericSession({
    sessionIdStore: {
      get() {
        return this.get('x')
      },
      set(id: string, _session: any) {
        this.set('x', id)
      },
      reset() {},
    },
  }),
)
app.use(async ctx => {
  ctx.sessionOptions!.maxAge = 5000
  ctx.sessionOptions!.maxAge = 'session'
  // @ts-expect-error: no lifetime
  ctx.sessionOptions!.maxAge = {}
  await ctx.sessionStore.destroy(ctx.sessionId)
})
// @ts-expect-error: an id is a string
session({ genid: () => 7 }, app)
