import type { EventEmitter } from 'node:events'
import type { IncomingMessage } from 'node:http'
import type { Http2ServerRequest } from 'node:http2'
import depd = require('depd')
import { middleware } from './connect/middleware'
import type { Request as AnyRequest } from './connect/request'
import cookies = require('./core/cookie')
import type { Options } from './core/options'
import sessions = require('./core/session')
import updates = require('./core/update')
import memory = require('./stores/memory-store')
import stores = require('./stores/store')
/** @ts-ignore: only where Express's types are installed */
import type { Request as ExpressRequest } from 'express'

// Made here because depd names the caller of this file, which is the app
const deprecate = depd('express-session')

/**
 * Sessions for Express, Connect and plain Node servers: puts `req.session` on every request that a session is for, and saves it before the answer
 * goes out.
 *
 * @throws TypeError for an option that could never work
 */
function session(options?: session.SessionOptions): session.RequestHandler {
  const given = options ?? ({} as Partial<session.SessionOptions>)
  const store = given.store || new memory.MemoryStore()
  memory.warnInProduction(store)
  return middleware(given as Partial<Options<AnyRequest>>, store, deprecate) as session.RequestHandler
}

namespace session {
  /** What your sessions hold. Add to it: `declare module 'resession' { interface SessionData { views: number } }`. */
  export interface SessionData {
    cookie: Cookie
  }

  export interface SessionOptions extends Options<Request> {}

  export interface CookieOptions extends cookies.CookieOptions {}

  export interface Store extends stores.Store {
    createSession(...given: Parameters<stores.Store['createSession']>): Session & SessionData
  }
  export const Store = stores.Store as Statics & (abstract new (options?: unknown) => Store)

  /** Of a session that lives, and one made by `new Cookie()`, it has methods too. */
  export interface Cookie extends cookies.AnyCookie {}
  export const Cookie = cookies.Cookie as new (options?: CookieOptions) => cookies.Cookie

  export interface Session extends sessions.Session {}
  export const Session = sessions.Session as new (req: object, data?: object | null) => Session

  export interface MemoryStore extends memory.MemoryStore {
    createSession(...given: Parameters<stores.Store['createSession']>): Session & SessionData
  }
  export const MemoryStore = memory.MemoryStore as unknown as Statics & (new (options?: MemoryStoreOptions) => MemoryStore)

  /**
   * Changes the session of a request in the store, atomically: no change that another request makes meanwhile is lost. `req.session` has the result
   * afterwards. A Koa context is taken as well.
   *
   * @param change gets the session as the store has it by then, with what the handler has changed; it must be synchronous, and may be called again
   * @throws Error with the code `ERR_SESSION_NOT_FOUND` if the session no longer exists; what `change` throws, and then nothing is written
   * @see docs/scaling.md, "What holds where"
   */
  export const update = updates.update as (
    req: IncomingMessage | Http2ServerRequest,
    change: (session: Partial<SessionData>) => void,
  ) => Promise<void>

  interface MemoryStoreOptions extends memory.MemoryStoreOptions, EmitterOptions {}
  // Factories of published stores ask, in their types, for a module whose stores have what EventEmitter itself has, and take what it takes
  type Statics = Omit<typeof EventEmitter, 'prototype'>
  type EmitterOptions = NonNullable<ConstructorParameters<typeof EventEmitter>[0]>

  /** What the middleware adds to a request. */
  export interface RequestSession {
    /** This request's session; undefined where the middleware stepped aside, or was never used. */
    session: Ours<Session & Partial<SessionData>>
    sessionID: string
    sessionStore: Ours<Store & { generate(req: object): void }>
  }

  /** @ts-ignore: a name that only @types/express-session makes; without it this extends nothing, and is empty */
  interface Theirs extends Express.SessionStore {}
  /** Where @types/express-session is installed too, what it says of these properties has to fit in here. */
  type Ours<T> = 'generate' extends keyof Theirs ? any : T // eslint-disable-line @typescript-eslint/no-explicit-any

  /** @ts-ignore: likewise, where Express's types are not installed */
  interface Expressed extends ExpressRequest {}
  /** Express's, where its types are installed; else Node's. */
  export type Request = 'params' extends keyof Expressed ? ExpressRequest : IncomingMessage & Express.Request

  /** A middleware for Express, Connect, or any server that can call it. */
  export type RequestHandler = (req: IncomingMessage, res: object, next: (err?: unknown) => void) => void
}

declare module './core/session' {
  // What the core calls a session's data is what users have made of it
  interface SessionData extends session.SessionData {}
}

declare global {
  namespace Express {
    interface Request extends session.RequestSession {}
  }
}

/** @ts-ignore: where @types/express-session is installed too, and types `req.session`, it learns here of our methods and of your data */
declare module '@types/express-session' {
  interface Session extends Omit<session.Session, Exclude<keyof sessions.Session, 'req'>> {
    save(): Promise<void>
    reload(): Promise<void>
    destroy(): Promise<void>
    regenerate(): Promise<void>
  }
  interface SessionData extends Omit<session.SessionData, 'cookie'> {}
  interface Cookie extends Pick<cookies.AnyCookie, 'partitioned' | 'priority'> {}
}

// Read by Node, which finds the names that ES modules may import in the text of this file, without running it
exports.Store = session.Store
exports.Cookie = session.Cookie
exports.Session = session.Session
exports.MemoryStore = session.MemoryStore
exports.update = session.update

export = session
