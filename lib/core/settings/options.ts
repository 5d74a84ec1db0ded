import type { Secret, AnySecret } from '../../primitives/secrets'
import type { Listeners } from '../diagnostics/session-events'
import type { CookieOptions } from '../record/cookie'
import type { Host } from '../session/session'
import type { SessionStore } from '../store/contract'

/** A method's parameters are compared bivariantly, so that a function of Express's own request type is accepted. */
export type PerHost<H, Value> = { of(host: H): Value | PromiseLike<Value> }['of']

/** What a request gets when its session cannot be read: an error, an empty session that is not stored, or a new session. */
export type WithoutStore = 'error' | 'anonymous' | 'new'

/** The option `onStoreError` as a function. */
export type OnStoreError<H> = { of(err: unknown, host: H): WithoutStore | PromiseLike<WithoutStore> }['of']

/** How overlapping requests of one session are stored. */
export type Concurrency = 'auto' | 'merge' | 'off'

/** The most sessions of a user, and what happens at the login after. */
export interface MaxSessions {
  /** A whole number of at least 1. */
  readonly max: number
  /**
   * `'evict'` ends the oldest session; `'refuse'` fails the save of the new one with the code `ERR_TOO_MANY_SESSIONS`.
   *
   * @default 'evict'
   */
  readonly then?: 'evict' | 'refuse' | undefined
}

/** The options that are the same for every kind of request. */
export interface FixedOptions {
  /**
   * Where sessions are kept: a store, or `'cookie'` for the cookie itself (signed; at most 4093 bytes including its name).
   *
   * @default a new `MemoryStore`, which is meant for development and for one process
   * @throws TypeError at setup if it has no `get`, `set` and `destroy`
   */
  store?: SessionStore | 'cookie' | undefined
  /**
   * Encrypts sessions that are kept in the cookie. `true` uses `secret`; a secret or an array of secrets is used in its place: the first encrypts and
   * all decrypt. Cookies that are not encrypted are then refused. Only with `store: 'cookie'`.
   *
   * @default undefined: clients can read the session but cannot change it
   */
  seal?: true | Secret | AnySecret[] | undefined
  /**
   * Sends a cookie again that was verified or decrypted by another secret than the one that signs or encrypts now.
   * Then an old secret can be removed when the active clients have come back.
   *
   * @default false, as in express-session: such a cookie stays as it is until the session is saved with a new one
   */
  resign?: boolean | undefined
  /**
   * The name of the cookie.
   *
   * @default 'connect.sid', as in express-session
   */
  name?: string | undefined
  /**
   * The name of the cookie.
   *
   * @deprecated Use `name`.
   */
  key?: string | undefined
  /**
   * Saves the session at the end of each request even if it has not changed. Set it to `false`.
   *
   * @default true, with a deprecation warning, as in express-session; `false` with `store: 'cookie'`
   */
  resave?: boolean | undefined
  /**
   * Saves a new session even if nothing was put into it. Set it to `false`.
   *
   * @default true, with a deprecation warning, as in express-session; `false` with `store: 'cookie'`
   */
  saveUninitialized?: boolean | undefined
  /**
   * Sends the cookie with each response, so that its expiry moves.
   *
   * @default false
   */
  rolling?: boolean | undefined
  /**
   * What happens in the store when `req.session` is deleted or set to null.
   *
   * @default 'keep'
   */
  unset?: 'destroy' | 'keep' | undefined
  /**
   * How overlapping requests of one session are stored. `'auto'` merges the changes of requests in this process per top-level key; without overlap,
   * it calls the store as express-session does. `'merge'` reads the session again before each save, for plain stores that several processes share.
   * `'off'`: the last save wins, as in express-session.
   *
   * @default 'auto'
   */
  concurrency?: Concurrency | undefined
  /**
   * The longest time in milliseconds that a request waits for one call of the store. `Infinity` waits without a limit. If several middlewares share a
   * store, the last value wins. After that time the call fails with `ERR_STORE_TIMEOUT` and the status 503.
   *
   * @default 10_000
   */
  storeTimeout?: number | undefined
  /**
   * What happens to the response when the session cannot be saved or destroyed. `'report'` sends it, and then calls `next` with the error. `'fail'`
   * calls `next` with the error in place of the response.
   *
   * @default 'report', as in express-session; `'fail'` with `store: 'cookie'`
   */
  saveErrors?: 'report' | 'fail' | undefined
  /**
   * Keeps hashes of session IDs in the store, and not the IDs: a copy of the store contains no usable session ID. `true` knows no other
   * sessions. `'migrate'` finds sessions that were stored under their IDs, and moves each when it is read; change it to `true` when the lifetime of a
   * session has passed. `req.sessionID` and cookies stay as they are. If several middlewares share a store, the option holds for all of them.
   *
   * @default false, as in express-session
   * @throws TypeError at setup, for another value; on a request, if `genid` gives an ID of less than 128 bits
   * @see OWASP Session Management Cheat Sheet, "Session ID Properties"; `docs/recipes.md`, "Hash the session IDs in the store"
   */
  hashIds?: boolean | 'migrate' | undefined
  /**
   * The shortest time in milliseconds between two touches of a session.
   *
   * @default 0: each request that does not change the session moves its expiry, as in express-session; with `idleTimeout` a minute, or a tenth of it if
   * that is shorter
   */
  touchAfter?: number | undefined
  /**
   * Ends a session on the server after so many milliseconds without a request. The lifetime of the cookie then only says how long browsers keep it. A
   * session ends `touchAfter` milliseconds earlier at the earliest, because the store is not asked on each request. `Infinity` is no limit.
   *
   * @default undefined: no limit; a session lives as long as its cookie
   * @throws TypeError at setup if it is not a number above 0
   * @see `docs/options.md#idletimeout`; ASVS 5.0 section 7.3.1, NIST SP 800-63B-4 section 5.2
   */
  idleTimeout?: number | undefined
  /**
   * Ends a session on the server so many milliseconds after the user has authenticated: after `regenerate()` or `session.authenticated(req)`, else after
   * the session began. `regenerate({ keep })` does not restart the time. `Infinity` is no limit.
   *
   * @default undefined: no limit
   * @throws TypeError at setup if it is not a number above 0, or is below `idleTimeout`
   * @see `docs/options.md#absolutetimeout`; ASVS 5.0 section 7.3.2, NIST SP 800-63B-4 section 5.2
   */
  absoluteTimeout?: number | undefined
  /**
   * Returns the user of a session: a string or a number, or undefined while it has none. It gets the data of the session, and is called at the end of each
   * request. With it, `list`, `revoke` and `revokeAll` of the middleware know the sessions of a user.
   *
   * @default undefined: sessions are not listed by user
   * @throws TypeError at setup if it is not a function, or sessions are kept in the cookie; on a request, for any other value
   * @see `docs/options.md#userid`
   */
  userId?: { of(session: any): unknown }['of'] | undefined // eslint-disable-line @typescript-eslint/no-explicit-any
  /**
   * The most sessions that a user may have. A number ends the oldest session at the next login; `{ max, then: 'refuse' }` refuses the login. Needs `userId`.
   *
   * @default undefined: no limit
   * @throws TypeError at setup, without `userId` and for another value
   * @see `docs/options.md#maxsessionsperuser`
   */
  maxSessionsPerUser?: number | MaxSessions | undefined
  /**
   * Gives a session a new ID at the first request after so many milliseconds, and keeps its data and its limits. Requests without `activity` do not renew,
   * nor responses whose headers are written before their end. `Infinity` is never. For sessions that are kept in the cookie it has no effect.
   *
   * @default undefined: the ID stays until `regenerate`
   * @throws TypeError at setup if it is not a number above 0, or with `concurrency: 'off'`
   * @see `docs/options.md#renewafter`; OWASP Session Management Cheat Sheet, "Renewal Timeout"
   */
  renewAfter?: number | undefined
  /**
   * How long requests with the earlier ID are served after `renewAfter` or `regenerate`, in milliseconds. They continue with the session of the new ID,
   * unless its user may have changed: then they read what both sessions have in common, and nothing is saved or sent.
   *
   * @default undefined: the earlier ID ends at once; 10000 with `renewAfter`, or half of a limit that is shorter
   * @throws TypeError at setup if it is not a number above 0, or not below `renewAfter`, `idleTimeout` and `absoluteTimeout`
   * @see `docs/options.md#grace`
   */
  grace?: number | undefined
  /**
   * Makes the response wait for a touch, and reports a failed touch to `next`. A save is always awaited.
   *
   * @default false: the response is sent as soon as the store has been called
   */
  awaitTouch?: boolean | undefined
  /**
   * Whether to trust the `X-Forwarded-Proto` header.
   *
   * @default undefined: `req.secure` decides, which is Express's "trust proxy" setting
   */
  proxy?: boolean | undefined
  /**
   * Whether the client is told to forget its cookie when its session has ended: after `destroy`, after `unset: 'destroy'`, and if the store does not have
   * the session. Not if the store could not be read.
   *
   * @default false, as in express-session; sessions that are kept in the cookie are always cleared
   */
  clearCookie?: boolean | undefined
  /**
   * `'auto'` adds `Cache-Control: no-store` to responses that set the cookie and have no `Cache-Control` of their own, so that no cache gives one user's
   * cookie to another.
   *
   * @default undefined: the header is left alone, as in express-session
   */
  cacheControl?: 'auto' | undefined
  /**
   * Refuses options that browsers or auditors refuse: `__Host-` and `__Secure-` names with the wrong attributes, `sameSite: 'none'` or `partitioned`
   * without `secure`, and secrets of less than 16 bytes.
   *
   * @default false: they are reported once, by a warning
   * @throws TypeError at setup
   */
  strict?: boolean | undefined
  /**
   * Whether the process warns, once for each reason, if a session cannot be kept or an option is misspelt. Nothing is warned of if `NODE_ENV` is `test`.
   *
   * @default true
   * @see `docs/troubleshooting.md`
   */
  diagnostics?: boolean | undefined
}

/** All options, for one kind of request. */
export interface Options<H = Host> extends FixedOptions {
  /**
   * Signs the session ID in the cookie. If it is an array, the first secret signs and all verify. The array is read for each request, so a secret can
   * be put in front while the server runs. Of secrets with dates, `{ key, from, until }`, the newest whose `from` has passed signs, and all verify until
   * their `until`. A function is called once for each request.
   *
   * @default the secret that cookie-parser was given; without one, each request fails
   */
  secret: Secret | AnySecret[] | PerHost<H, Secret | AnySecret[]>
  /**
   * The attributes of the cookie, or a function that returns them for a request.
   *
   * @default { path: '/', httpOnly: true, maxAge: null }
   */
  cookie?: CookieOptions | PerHost<H, CookieOptions> | undefined
  /**
   * Returns a new session ID, or a promise of one.
   *
   * @default 24 random bytes in base64url
   */
  genid?: PerHost<H, string> | undefined
  /**
   * Returns true for requests that have no session: the store is not asked, no cookie is set, and `req.session` is undefined. It may return a promise.
   *
   * @default undefined: no request is skipped
   */
  skip?: PerHost<H, boolean> | undefined
  /**
   * Returns true for requests that only read their session: it is not saved and not touched, and no cookie is set. A change is dropped, and reported once.
   * `destroy` still works. It may return a promise.
   *
   * @default undefined: no request is read-only
   */
  readOnly?: PerHost<H, boolean> | undefined
  /**
   * Returns false for requests that do not keep the session alive: those that a page sends by itself. Needs `idleTimeout` or `renewAfter`. It may return a
   * promise.
   *
   * @default undefined: each request keeps the session alive
   */
  activity?: PerHost<H, boolean> | undefined
  /**
   * Functions that are called after a session was created, renewed or ended, and if a client sends an ID of no session. Sessions then have a handle, which
   * is stored under the reserved key `~`. A function that fails is reported, and changes nothing.
   *
   * @default undefined: no function is called
   * @throws TypeError at setup, for another name or value
   * @see `docs/options.md#on`; `docs/events.md`
   */
  on?: Listeners | undefined
  /**
   * Returns what a list of sessions says of this one beside its times, such as the browser: a small object, as JSON. It is called once, at the login. Texts
   * are cut at 256 characters. Needs `userId`.
   *
   * @default undefined: nothing
   * @throws TypeError on a request, for another value or more than 2048 bytes
   */
  describe?: { of(host: H): object | null | undefined }['of'] | undefined
  /**
   * Whether a stored session is still valid, such as after a change of the password. If not, it is destroyed, and the request gets a new one. It may return a
   * promise.
   *
   * @default undefined: every stored session is valid
   * @see `docs/options.md#validate`
   */
  validate?: { of(session: any, host: H): boolean | PromiseLike<boolean> }['of'] | undefined // eslint-disable-line @typescript-eslint/no-explicit-any
  /**
   * What happens when the store cannot be read. `'error'` calls `next` with the error; if the store has emitted `disconnect`, the middleware calls
   * `next()` without setting `req.session`. `'anonymous'` gives the request an empty session that is not stored; the client keeps its cookie.
   * `'new'` gives it a new session. A function of the error and the request returns one of the three, or a promise of it.
   *
   * @default 'error', as in express-session
   */
  onStoreError?: WithoutStore | OnStoreError<H> | undefined
}
