import Koa from 'koa'
import session from 'PACKAGE/koa'
import { BaseStore, koaGenericSession, koaSession, koaSessionStore, koaSessionTs, MemoryStore } from 'PACKAGE/koa/presets'

// As in declarations.ts, with Koa's contexts

export { session, BaseStore, koaGenericSession, koaSession, koaSessionStore, koaSessionTs, MemoryStore }
export const app = new Koa()
export const sessions = session(app)
export const presets = {
  koaSession: koaSession({ key: 'x' }, app),
  koaGenericSession: koaGenericSession({ ttl: 1 }),
  koaSessionStore: koaSessionStore({}),
  koaSessionTs: koaSessionTs({}),
}
export const memory = new koaGenericSession.MemoryStore()
export class Kept extends BaseStore {
  override async get() {
    return null as never
  }
  override async set() {}
  override async destroy() {}
}
export class Visit extends session.KoaSession {
  get visits() {
    return this.length
  }
}

declare const options: session.Options
export const { store, cookie, transport, valid, onError, beforeSave, genid, record, ttl, seal, encode, decode, Session } = options
export const copied = { ...options }
export const spelled = {} as Parameters<typeof koaSession>[0]

export const sessionOf = (ctx: Koa.Context) => ctx.session
export const cookieOf = (ctx: Koa.Context) => ctx.session.cookie
export const dataOf = (ctx: Koa.Context) => ({ ...ctx.session })
export const storeOf = (ctx: Koa.Context) => ctx.sessionStore
export const optionsOf = (ctx: Koa.Context) => ctx.sessionOptions
export const savedOf = (ctx: Koa.Context) => ctx.session.save
export const regenerateOf = (ctx: Koa.Context) => ctx.session.regenerate
export const regeneratedOf = (ctx: Koa.Context) => ctx.regenerateSession
export const regenerated = (ctx: Koa.Context) => ctx.regenerateSession()
export const transportOf = ({ transport }: session.Options) => transport
export const updateOf = (ctx: Koa.Context) => ctx.updateSession
export const updated = (ctx: Koa.Context) => session.update(ctx, () => {})
export const middleware = async (ctx: session.ContextSession, next: Koa.Next) => {
  await next()
  return ctx.session.toJSON()
}
