import type { IncomingMessage } from 'node:http'
import events = require('./core/diagnostics/session-events')
import others = require('./core/users/sessions')
import lists = require('./core/users/list')
import coreOptions = require('./core/settings/options')
import errors = require('./core/errors/option-errors')
import infos = require('./core/session/info')
import sessionInfo = require('./core/session/session-info')
import recommendations = require('./core/settings/recommended')
import updates = require('./core/session/update')
import carried = require('./koa/session/carried-session')
import lifetimes = require('./koa/session/lifetime')
import shownOptions = require('./koa/session/session-options')
import contexts = require('./koa/context')
import transports = require('./koa/cookies/cookie-transport')
import foreign = require('./koa/settings/store-adapters')
import cookieOptions = require('./koa/cookies/cookie-options')
import koaOptions = require('./koa/settings/koa-options')
import sessions = require('./koa/session/koa-session')
import middlewares = require('./koa/middleware')
import spellings = require('./koa/settings/option-aliases')
import type main = require('./index')

type AnySpelling = spellings.AnySpelling
type App = contexts.App
type KoaMiddleware = middlewares.KoaMiddleware

/**
 * Sessions for Koa: sets `ctx.session`, and saves it before the response is sent.
 *
 * @throws TypeError for an option that can never work
 */
function session(options?: AnySpelling, app?: App): KoaMiddleware
function session(app: App, options?: AnySpelling): KoaMiddleware
function session(first?: AnySpelling | App | null, second?: AnySpelling | App | null): KoaMiddleware {
  const [options, app] = isApp(first) ? [second, first] : [first, second]
  errors.checkOptions(options, 'session({ … }, app)')
  if (app && typeof (app as Partial<App>).context !== 'object') throw new TypeError('app must be a Koa app; write session(options, app)')
  return middlewares.middleware(spellings.spell((options || {}) as AnySpelling), (app ?? undefined) as App | undefined)
}

function isApp(given: unknown): given is App {
  return typeof given === 'object' && given !== null && typeof (given as Partial<App>).on === 'function' && 'context' in given
}

namespace session {
  /** The options. Spellings of older middlewares are accepted too. */
  export interface Options extends koaOptions.KoaOptions {}

  /** The class of `ctx.session`, to be extended for the option `Session`. */
  export import KoaSession = sessions.KoaSession

  /** A session with the data that you have declared: `declare module 'resession' { interface SessionData { views: number } }`. */
  export type Session = sessions.KoaSession & Partial<Omit<main.SessionData, 'cookie'>> & CookieShown

  /** The member that sessions of koa-generic-session and koa-session-ts have beside the data: with their presets, and with `names: 'cookie'`. */
  export interface CookieShown {
    /** The options of this session's cookie; otherwise the app's own data. */
    cookie?: cookieOptions.KoaCookieOptions
  }

  /** A change of a session. It must be synchronous, and may be called more than once. */
  export type Change = (session: Partial<main.SessionData>) => void

  /**
   * Changes the session of a context in the store, atomically: no change that another request makes meanwhile is lost. `ctx.session` has the result
   * afterwards. `ctx.updateSession(change)` is the same.
   *
   * @param change gets the session as the store has it by then, with what the app has changed; it must be synchronous, and may be called again
   * @throws Error with the code `ERR_SESSION_NOT_FOUND` if the session no longer exists; what `change` throws, and then nothing is written
   */
  export const update = updates.update as (ctx: { readonly req: IncomingMessage }, change: Change) => Promise<void>

  /**
   * What is known of the session of a context: its handle, when it began, when the user last authenticated, and when it ends. Needs one of the
   * options `idleTimeout`, `absoluteTimeout`, `renewAfter`, `grace`, `userId` or `on`; for sessions in the cookie, one of the first two.
   *
   * @returns undefined if the context has no session, or none of these options is set
   */
  export const info = infos.info as (ctx: { readonly req: IncomingMessage }) => SessionInfo | undefined

  /**
   * Says that the user of a context has proved again who they are: `absoluteTimeout` and `idleTimeout` start anew, and the session is saved. After a
   * login, call `ctx.regenerateSession()` instead, which does the same.
   *
   * @throws Error with the code `ERR_SESSION_NOT_FOUND` if the session no longer exists; TypeError if none of the options
   *   of `info` is set
   */
  export const authenticated = infos.authenticated as (ctx: { readonly req: IncomingMessage }) => Promise<void>

  /**
   * Options for a new app, to be spread: a `__Host-` cookie over HTTPS alone, limits of one hour without a request and 24 hours after the login, and hashed
   * IDs in the store. It is frozen; write another value of an option behind it.
   *
   * @example app.use(session({ ...session.recommended, store }, app))
   * @see `docs/security.md#sessionrecommended`
   */
  export const recommended: Recommended = recommendations.RECOMMENDED

  /** What `recommended` is. */
  export type Recommended = typeof recommendations.RECOMMENDED

  /** The properties that the middleware adds to a context. */
  export interface ContextSession {
    /** The session of this request; null after it was ended. */
    get session(): Session
    set session(value: object | null | undefined)
    sessionId: string | undefined
    /** The store, of the type that the app knows. */
    readonly sessionStore: any // eslint-disable-line @typescript-eslint/no-explicit-any
    /** `true` saves and `false` does not, regardless of changes; `null`, the default, saves a changed session. */
    sessionSave: boolean | null
    readonly sessionOptions: shownOptions.ShownOptions | undefined
    saveSession(): Promise<void>
    /** Changes the session in the store, atomically. @see update */
    updateSession(change: Change): Promise<void>
    /** @returns the new session */
    regenerateSession(options?: RegenerateOptions): Promise<Session>
  }
}

// Names for the types in public signatures, so that declaration files of apps can refer to them
declare namespace session {
  export import UserId = others.UserId
  export import MaxSessions = coreOptions.MaxSessions
  export import ListedSession = lists.ListedSession
  export import ListedSessions = lists.ListedSessions
  export import Sessions = others.Sessions
  export import KoaMiddleware = middlewares.KoaMiddleware
  export import AnySpelling = spellings.AnySpelling
  export import CookieOptions = cookieOptions.KoaCookieOptions
  export import Failure = koaOptions.Failure
  export import SessionEvent = koaOptions.KoaSessionEvent
  export import Listeners = events.Listeners
  export import Why = events.Why
  export import Transport = transports.KoaTransport
  export import AnyStore = foreign.AnyStore
  export import Context = contexts.Context
  export import App = contexts.App
  export import RegenerateOptions = carried.RegenerateOptions
  export import CommitOptions = sessions.CommitOptions
  export import Lifetime = lifetimes.Lifetime
  export import ShownOptions = shownOptions.ShownOptions
  export import SessionToStore = koaOptions.SessionToStore
  export import SessionInfo = sessionInfo.SessionInfo
}

/** @ts-ignore: where Koa's types are installed */
declare module 'koa' {
  interface DefaultContext extends session.ContextSession {}
}

// For ES modules, as in the package's entry
exports.KoaSession = session.KoaSession
exports.update = session.update
exports.info = session.info
exports.authenticated = session.authenticated
exports.recommended = session.recommended

export = session
