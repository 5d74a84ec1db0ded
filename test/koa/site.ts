import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import request = require('supertest')
import koaSession = require('../../lib/koa')
import type { AnySpelling } from '../../lib/koa/settings/option-aliases'
import { Browser } from '../support/browser'
import { reusePort } from '../support/reused-port'
import { KOAS, type KoaApp, type KoaClass } from './koas'

export { Browser as Visitor, lines } from '../support/browser'
export { KOAS, type KoaApp } from './koas'

/** A session for tests: any data, with the members of koa-session's sessions. */
export interface Bag {
  [key: string]: unknown
  readonly isNew: boolean
  readonly length: number
  readonly populated: boolean
  maxAge: number | 'session' | null | undefined
  save(): Promise<void>
  regenerate(options?: { keep?: boolean }): Promise<void>
  toJSON(): object
}

/** The same with the members of express-session's sessions. */
export interface RequestBag {
  [key: string]: unknown
  readonly id: string
  cookie: {
    maxAge?: number | undefined
    expires?: Date | null
    httpOnly?: boolean
    path?: string
    domain?: string
    originalMaxAge: number | null
    secure?: boolean
  }
  touch(): RequestBag
  save(callback?: (err?: unknown) => void): unknown
  reload(callback?: (err?: unknown) => void): unknown
  destroy(callback?: (err?: unknown) => void): unknown
  regenerate(callback?: (err?: unknown) => void): unknown
}

/** The session as passport accesses it. */
export function onRequest(ctx: Ctx): RequestBag {
  return (ctx.req as unknown as { session: RequestBag }).session
}

/** A context with the members that the session adds. */
export interface Ctx {
  readonly app: KoaApp
  readonly req: IncomingMessage
  readonly res: ServerResponse
  readonly path: string
  readonly query: Record<string, string | undefined>
  body: unknown
  status: number
  respond?: boolean
  set(name: string, value: string | string[]): void
  throw(status: number, message: string, properties: object): never
  session: Bag | null | undefined
  sessionId: string | undefined
  sessionSave: boolean | null | undefined
  readonly sessionStore: unknown
  readonly sessionOptions: Record<string, unknown>
  saveSession(): Promise<void>
  updateSession(change: (session: Record<string, unknown>) => void): Promise<void>
  regenerateSession(options?: { keep?: boolean }): Promise<Bag | null>
}

export type Handler = (ctx: Ctx) => unknown
export type Middleware = (ctx: Ctx, next: () => Promise<unknown>) => unknown
export type KoaSessionOptions = AnySpelling
interface Setting {
  readonly koa?: KoaClass
  /** `null` for an app without keys. */
  readonly keys?: string[] | null
  /** Middlewares before the session. */
  readonly before?: Middleware[]
  /** Whether the middleware receives the app. */
  readonly knowsApp?: boolean
  /** Another middleware instead of ours. */
  readonly instead?: (app: KoaApp) => unknown
}

/** A Koa app with our middleware before a handler, or handlers by path. It keeps the errors that the app emits. */
export class KoaSite {
  readonly app: KoaApp
  readonly errors: Error[] = []
  readonly server: Server

  constructor(options: KoaSessionOptions, handler: Handler | Record<string, Handler>, setting: Setting = {}) {
    const { koa = KOAS['Koa 3'], keys = ['keyboard cat'], before = [], knowsApp = false, instead } = setting
    const app = (this.app = new koa())
    if (keys) app.keys = keys
    app.on('error', (err: Error) => this.errors.push(err))
    for (const middleware of before) app.use(middleware)
    const ours = (): unknown => koaSession(options, knowsApp ? (app as never) : undefined)
    app.use(instead?.(app) ?? ours())
    app.use(typeof handler === 'function' ? handler : routes(handler))
    const listener = app.callback()
    this.server = reusePort(createServer((req, res) => void listener(req, res)))
  }

  /** A new client, without a cookie. */
  visitor(): Browser {
    return new Browser(this.server)
  }

  /** One request of a new client. */
  get(path = '/'): request.Test {
    return request(this.server).get(path)
  }
}

function routes(table: Record<string, Handler>): Handler {
  return ctx => table[ctx.path]?.(ctx)
}

/** Counts requests in the session, and responds with the count. */
export const count: Handler = ctx => {
  const session = ctx.session as Bag
  session.views = Number(session.views ?? 0) + 1
  ctx.body = String(session.views)
}

export const countAndSave: Handler = async ctx => {
  count(ctx)
  await ctx.session?.save()
}

/** Counts requests in the store. */
export const countThere: Handler = ctx =>
  ctx.updateSession(session => {
    session.views = Number(session.views ?? 0) + 1
  })

/** Responds with the session, and changes nothing. */
export const show: Handler = ctx => {
  ctx.body = JSON.stringify(ctx.session ?? null)
}

/** Ends the session. */
export const leave: Handler = ctx => {
  ctx.session = null
  ctx.body = 'left'
}
