import type { EventEmitter } from 'node:events'
import type { IncomingMessage } from 'node:http'
import type { Http2ServerRequest } from 'node:http2'
import depd = require('depd')
import { middleware } from './connect/middleware'
import type { Request as AnyRequest } from './connect/request'
import events = require('./core/diagnostics/session-events')
import errors = require('./core/errors/option-errors')
import cookies = require('./core/record/cookie')
import callbacks = require('./primitives/callbacks')
import secrets = require('./primitives/secrets')
import contract = require('./core/store/contract')
import records = require('./core/record/session-data')
import snapshots = require('./core/record/snapshot')
import options = require('./core/settings/options')
import recommendations = require('./core/settings/recommended')
import sessions = require('./core/session/session')
import others = require('./core/users/sessions')
import lists = require('./core/users/list')
import keeps = require('./core/session/keep')
import infos = require('./core/session/info')
import sessionInfo = require('./core/session/session-info')
import updates = require('./core/session/update')
import memory = require('./stores/memory-store')
import stores = require('./stores/store')
/** @ts-ignore: only where Express's types are installed */
import type { Request as ExpressRequest } from 'express'

// Created here, because depd names the caller of this file, which is the app
const deprecate = depd('express-session')

/**
 * Sessions for Express, Connect and plain Node servers: sets `req.session`, and saves it before the response is sent.
 *
 * @throws TypeError for an option that can never work
 */
function session(options?: session.Options): session.RequestHandler & session.Sessions {
  errors.checkOptions(options, "session({ secret: '…' })")
  const given = options || ({} as Partial<session.Options>)
  const store = given.store || new memory.MemoryStore()
  if (given.diagnostics !== false) memory.warnInProduction(store)
  return middleware(given as Partial<options.Options<AnyRequest>>, store, deprecate) as session.RequestHandler & session.Sessions
}

namespace session {
  /** The data of your sessions. Add your keys by declaration merging: `declare module 'resession' { interface SessionData { views: number } }`. */
  export interface SessionData {
    /** The cookie of the session: change `maxAge` or an attribute for this session alone. */
    cookie: Cookie
  }

  /** The options of `session()`, as `@types/express-session` has them: with a store that has all methods of `Store`. For other stores, write `Options`. */
  export interface SessionOptions extends options.Options<Request> {
    /**
     * Where sessions are kept.
     *
     * @default a new `MemoryStore`, which is meant for development and for one process
     * @throws TypeError at setup if it has no `get`, `set` and `destroy`
     */
    store?: Store | undefined
    /**
     * The attributes of the cookie, or a function that returns them for a request.
     *
     * @default { path: '/', httpOnly: true, maxAge: null }
     */
    cookie?: CookieOptions | options.PerHost<Request, CookieOptions> | undefined
    /**
     * Functions that are called after a session was created, renewed or ended, and if a client sends an ID of no session. Sessions then have a handle,
     * which is stored under the reserved key `~`. A function that fails is reported, and changes nothing.
     *
     * @default undefined: no function is called
     * @throws TypeError at setup, for another name or value
     * @see `docs/options.md#on`; `docs/events.md`
     */
    on?: Listeners<SessionEvent> | undefined
  }

  /** All that `session()` takes: the store may also be `'cookie'`, or an object that only has `get`, `set` and `destroy`. */
  export interface Options extends Omit<SessionOptions, 'store'>, Pick<options.FixedOptions, 'store'> {}

  /** An event in the life of a session. It has no session ID. */
  export interface SessionEvent extends Omit<events.SessionEvent, 'req' | 'ctx'> {
    /** The request; undefined if the event has none, as after `sessions.end(id)`. */
    readonly req: Request | undefined
  }

  /** The attributes of the session cookie. */
  export interface CookieOptions extends cookies.CookieOptions {}

  /** The base class of stores: extend it, and write `get`, `set` and `destroy`. `touch`, `all`, `length` and `clear` are optional. */
  export interface Store extends stores.Store {
    createSession(...given: Parameters<stores.Store['createSession']>): Session & SessionData
  }
  /** The base class of stores: extend it, and write `get`, `set` and `destroy`. */
  export const Store = stores.Store as EmitterStatics & { readonly prototype: Store } & (abstract new (options?: unknown) => Store)

  /** The cookie of a session. In a request, and if it was made by `new Cookie()`, it is a `LiveCookie`: write `cookie as LiveCookie` to call its methods. */
  export interface Cookie extends cookies.AnyCookie {}
  /** A cookie with its methods, and with what your app adds to `Cookie` by declaration merging. */
  export interface LiveCookie extends cookies.Cookie, Omit<Cookie, keyof cookies.AnyCookie> {}
  /** Makes the cookie of a session. @throws TypeError if `maxAge` is neither a number nor a Date */
  export const Cookie = cookies.Cookie as { readonly prototype: Cookie; new (options?: CookieOptions): Cookie }

  /** A session. `save`, `reload`, `destroy` and `regenerate` return a promise if they are called without a callback. */
  export interface Session extends sessions.Session {}
  /** Makes a session of a request that has `sessionID` and `sessionStore`. The middleware does this for you. */
  export const Session = sessions.Session as { readonly prototype: Session; new (req: object, data?: object | null): Session }

  /** Keeps sessions in the memory of this process: for development, tests, and apps of one process that may lose all sessions on restart. */
  export interface MemoryStore extends memory.MemoryStore {
    createSession(...given: Parameters<stores.Store['createSession']>): Session & SessionData
  }
  /** Keeps sessions in the memory of this process. @throws TypeError if `max` is not a positive integer */
  export const MemoryStore = memory.MemoryStore as unknown as EmitterStatics & {
    readonly prototype: MemoryStore
    new (options?: MemoryStoreOptions): MemoryStore
  }

  /**
   * Changes the session of a request in the store, atomically: no change that another request makes meanwhile is lost. `req.session` has the result
   * afterwards. A Koa context is taken as well.
   *
   * @param change gets the session as the store has it by then, with what the handler has changed; it must be synchronous, and may be called again
   * @throws Error with the code `ERR_SESSION_NOT_FOUND` if the session no longer exists; what `change` throws, and then nothing is written
   * @see `docs/scaling.md`, "What holds where"
   */
  export const update = updates.update as (
    req: IncomingMessage | Http2ServerRequest,
    change: (session: Partial<SessionData>) => void,
  ) => Promise<void>

  /**
   * What is known of the session of a request: its handle, when it began, when the user last authenticated, and when it ends. Needs one of the
   * options `idleTimeout`, `absoluteTimeout`, `renewAfter`, `grace`, `userId` or `on`; for sessions in the cookie, one of the first two. A Koa context is
   * taken as well.
   *
   * @returns undefined if the request has no session, or none of these options is set
   * @see `docs/session.md#sessioninforeq`
   */
  export const info = infos.info as (req: IncomingMessage | Http2ServerRequest) => SessionInfo | undefined

  /**
   * Says that the user of a request has proved again who they are: `absoluteTimeout` and `idleTimeout` start anew, and the session is saved. After a
   * login, call `req.session.regenerate` instead, which does the same. A Koa context is taken as well.
   *
   * @throws Error with the code `ERR_SESSION_NOT_FOUND` if the session no longer exists; TypeError if none of the options
   *   of `info` is set
   * @see `docs/session.md#sessionauthenticatedreq`
   */
  export const authenticated = infos.authenticated as (req: IncomingMessage | Http2ServerRequest) => Promise<void>

  /**
   * Options for a new app, to be spread: a `__Host-` cookie over HTTPS alone, limits of one hour without a request and 24 hours after the login, hashed IDs
   * in the store, and no silent failures. It is frozen; write another value of an option behind it.
   *
   * @example app.use(session({ ...session.recommended, secret, store }))
   * @see `docs/security.md#sessionrecommended`
   */
  export const recommended: Recommended = Object.freeze({
    ...recommendations.RECOMMENDED,
    resave: false,
    saveErrors: 'fail',
    clearCookie: true,
  })

  /** What `recommended` is. */
  export type Recommended = typeof recommendations.RECOMMENDED & {
    readonly resave: false
    readonly saveErrors: 'fail'
    readonly clearCookie: true
  }

  /** The options of `MemoryStore`. */
  export interface MemoryStoreOptions extends memory.MemoryStoreOptions, EmitterOptions {}
  /** The static members of `EventEmitter`: factories of published stores expect them on `Store`. */
  export type EmitterStatics = Omit<typeof EventEmitter, 'prototype'>
  type EmitterOptions = NonNullable<ConstructorParameters<typeof EventEmitter>[0]>

  /** The properties that the middleware adds to a request. */
  export interface RequestSession {
    /** The session of this request. At run time it is undefined if the middleware did not handle the request. */
    session: Ours<Session & Partial<SessionData>>
    /** The ID of the session. */
    sessionID: string
    /** The store that was given to the middleware. */
    sessionStore: Ours<Store & { generate(req: object): void }>
  }

  /**
   * A request of Node's http module that may have a session: of a server without a framework, or of a WebSocket's upgrade.
   *
   * @example wss.on('connection', (socket, req: UpgradeRequest) => { if (!req.session?.userId) socket.close() })
   */
  export type UpgradeRequest = IncomingMessage & Partial<RequestSession>

  /** @ts-ignore: a name that only @types/express-session makes; without it this extends nothing, and is empty */
  interface Theirs extends Express.SessionStore {}
  /** Where `@types/express-session` is installed too, what it says of these properties has to fit in here. */
  type Ours<T> = 'generate' extends keyof Theirs ? any : T // eslint-disable-line @typescript-eslint/no-explicit-any

  /** @ts-ignore: empty if Express's types are not installed */
  interface Expressed extends ExpressRequest {}
  type AppRequest = 'params' extends keyof Expressed ? ExpressRequest : IncomingMessage & Express.Request
  /** The request that options get: Express's if its types are installed, else Node's. */
  export interface Request extends AppRequest {}

  /** The methods of the middleware for sessions of other requests. */
  export interface Sessions extends others.Sessions<RequestHandler> {}

  /** A middleware for Express, Connect, or any server that can call it. */
  export type RequestHandler = (req: IncomingMessage, res: object, next: (err?: unknown) => void) => void
}

// Names for the types in public signatures, so that declaration files of apps can refer to them
declare namespace session {
  export import Secret = secrets.Secret
  export import DatedSecret = secrets.DatedSecret
  export import AnySecret = secrets.AnySecret
  export import WithoutStore = options.WithoutStore
  export import Concurrency = options.Concurrency
  export import CookieAttributes = cookies.CookieOptions
  export import AnyCookie = cookies.AnyCookie
  export import CookieData = cookies.CookieData
  export import SessionRecord = records.SessionData
  export import RegenerateOptions = keeps.RegenerateOptions
  export import SessionStore = contract.SessionStore
  export import Callback = callbacks.Callback
  export import ResultCallback = callbacks.ResultCallback
  export import Found = contract.Found
  export import Outcome = contract.Outcome
  export import Version = snapshots.Version
  export import Host = sessions.Host
  export import Listeners = events.Listeners
  export import Why = events.Why
  export import UserId = others.UserId
  export import MaxSessions = options.MaxSessions
  export import ListedSession = lists.ListedSession
  export import ListedSessions = lists.ListedSessions
  export import SessionInfo = sessionInfo.SessionInfo
}

declare module './core/record/session-data' {
  // What the core calls a session's data is what users have made of it
  interface SessionData extends session.SessionData {}
}

declare global {
  namespace Express {
    interface Request extends session.RequestSession {}
  }
}

/** @ts-ignore: where `@types/express-session` is installed too, and types `req.session`, it learns here of our methods and of your data */
declare module '@types/express-session' {
  interface Session extends Omit<session.Session, Exclude<keyof sessions.Session, 'req'>> {
    save(): Promise<void>
    reload(): Promise<void>
    destroy(): Promise<void>
    regenerate(): Promise<void>
    // Not `any`: a callback would lose the types of its parameters
    regenerate(options: { keep: true | readonly string[] }): Promise<void>
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
exports.info = session.info
exports.authenticated = session.authenticated
exports.recommended = session.recommended

export = session
