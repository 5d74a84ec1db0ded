import type { Listeners, SessionEvent } from '../../core/diagnostics/session-events'
import type { IncomingMessage } from 'node:http'
import type { AnyCookie } from '../../core/record/cookie'
import type { KoaCookieOptions } from '../cookies/cookie-options'
import { optionError } from '../../core/errors/option-errors'
import type { AnySecret, Secret } from '../../primitives/secrets'
import type { Options } from '../../core/settings/options'
import type { AppContext, Context } from '../context'
import type { KoaTransport } from '../cookies/cookie-transport'
import type { AnyStore } from './store-adapters'
import type { KoaHost } from '../session/carried-session'
import { KoaSession } from '../session/koa-session'
import { SHAPES, type ShapeName } from './record-formats'

/** A session that a store is to keep: its data with the cookie. */
export interface SessionToStore {
  readonly [name: string]: unknown
  readonly cookie: AnyCookie
}

/** The operation that failed, for `onError`. */
export type Failure = 'get' | 'set' | 'destroy'

/** The options that Connect has too. */
type CoreOptions = Pick<
  Partial<Options<KoaHost>>,
  | 'concurrency'
  | 'diagnostics'
  | 'resign'
  | 'storeTimeout'
  | 'hashIds'
  | 'touchAfter'
  | 'idleTimeout'
  | 'absoluteTimeout'
  | 'userId'
  | 'maxSessionsPerUser'
  | 'renewAfter'
  | 'grace'
  | 'awaitTouch'
  | 'rolling'
  | 'saveUninitialized'
  | 'cacheControl'
  | 'strict'
>

/** An event in the life of a session. */
export interface KoaSessionEvent extends SessionEvent {
  readonly req: IncomingMessage | undefined
  readonly ctx?: Context | undefined
}

/** The options of the Koa middleware. */
export interface KoaOptions extends CoreOptions {
  /**
   * The name of the cookie.
   *
   * @default 'koa.sess' if sessions are kept in the cookie, else 'koa.sid'
   */
  name?: string | undefined
  /**
   * Where sessions are kept: `'cookie'`, a store, or a function that returns a store for a request.
   *
   * @default 'cookie'
   */
  store?: 'cookie' | AnyStore | ((ctx: AppContext) => AnyStore) | undefined
  /**
   * The attributes of the cookie.
   *
   * @default { path: '/', httpOnly: true, signed: true, overwrite: true, maxAge: null }
   */
  cookie?: KoaCookieOptions | undefined
  /**
   * Returns a new session ID, or a promise of one.
   *
   * @default 24 random bytes in base64url
   */
  genid?: ((this: AppContext, ctx: AppContext, length: number) => string | PromiseLike<string>) | undefined
  /**
   * A prefix of the session ID, in the cookie and in the store. Without effect if there is a `genid`.
   *
   * @default ''
   */
  idPrefix?: string | undefined
  /**
   * A prefix of the key in the store. Not for stores of express-session, which have a prefix of their own.
   *
   * @default ''
   */
  prefix?: string | undefined
  /**
   * How long a store of promises keeps a session, in milliseconds. 0 and values that are not numbers count as no value.
   *
   * @default the `maxAge` of the cookie
   */
  ttl?: number | ((session: SessionToStore) => number | undefined) | undefined
  /**
   * Saves a session when less than half of its lifetime is left.
   *
   * @default false
   */
  renew?: boolean | undefined
  /**
   * Reads the session when the app awaits `ctx.session`, and not earlier.
   *
   * @default false
   */
  defer?: boolean | undefined
  /**
   * Saves a changed session at the end of the request.
   *
   * @default true
   */
  autoCommit?: boolean | undefined
  /**
   * Returns true for requests that have no session: the store is not asked, no cookie is set, and `ctx.session` is undefined. It may return a promise.
   *
   * @default undefined: no request is skipped
   */
  skip?: ((ctx: AppContext) => boolean | PromiseLike<boolean>) | undefined
  /**
   * Returns true for requests that only read their session: it is not saved, and no cookie is set. A change is dropped, and reported once. A session that
   * is set to null still ends. It may return a promise.
   *
   * @default undefined: no request is read-only
   */
  readOnly?: ((ctx: AppContext) => boolean | PromiseLike<boolean>) | undefined
  /**
   * Returns false for requests that do not keep the session alive: those that a page sends by itself. Needs `idleTimeout` or `renewAfter`. It may return a
   * promise.
   *
   * @default undefined: each request keeps the session alive
   */
  activity?: ((ctx: AppContext) => boolean | PromiseLike<boolean>) | undefined
  /**
   * Functions that are called after a session was created, renewed or ended, and if a client sends an ID of no session. Sessions then have a handle, which
   * is stored under the reserved key `~`. A function that fails is reported, and changes nothing.
   *
   * @default undefined: no function is called
   * @see `docs/options.md#on`; `docs/events.md`
   */
  on?: Listeners<KoaSessionEvent> | undefined
  /**
   * Returns what a list of sessions says of this one beside its times, such as the browser: a small object, as JSON. It is called once, at the login. Texts
   * are cut at 256 characters. Needs `userId`.
   *
   * @default undefined: nothing
   * @throws TypeError on a request, for another value or more than 2048 bytes
   */
  describe?: ((ctx: AppContext) => object | null | undefined) | undefined
  /**
   * Whether a stored session is still valid, such as after a change of the password. If not, it is destroyed, and the context gets a new one. It may return
   * a promise.
   *
   * @default undefined: every stored session is valid
   */
  validate?: ((session: any, ctx: AppContext) => boolean | PromiseLike<boolean>) | undefined // eslint-disable-line @typescript-eslint/no-explicit-any
  /**
   * Whether a stored record is accepted. If it is not, the session is new and the app emits `session:invalid`.
   *
   * @default undefined: every record is accepted
   */
  valid?: ((ctx: AppContext, record: any) => unknown) | undefined // eslint-disable-line @typescript-eslint/no-explicit-any
  /**
   * Called before each save and update. It may change the session, and it may return a promise. If it throws, the save fails with its error. With
   * `rolling`, each request saves its session, except on stores of express-session.
   *
   * @default undefined
   */
  beforeSave?: ((ctx: AppContext, session: any) => unknown) | undefined // eslint-disable-line @typescript-eslint/no-explicit-any
  /**
   * Decides what happens if the store fails or the cookie cannot be set: it throws, or it returns and the request goes on, with a new session if the
   * session could not be read. It is not called for a `save`, `update` or `regenerate` of the app, nor if `beforeSave` throws.
   *
   * @default throws the error
   */
  onError?: ((err: unknown, what: Failure, ctx: AppContext) => unknown) | undefined
  /**
   * How long requests wait for a store that has emitted `disconnect`, in milliseconds. `Infinity` waits without a limit. `false` ignores the event: the
   * store is asked.
   *
   * @default 10_000
   */
  reconnectTimeout?: number | false | undefined
  /**
   * Carries the session ID in another way than a cookie. A function gets the transport by cookie and returns another.
   *
   * @default undefined: a cookie
   */
  transport?: KoaTransport | ((byCookie: KoaTransport) => KoaTransport) | undefined
  /**
   * Encrypts sessions that are kept in the cookie. `true` uses `app.keys`, which must then be an array. A secret or an array of secrets is used in its
   * place: the first encrypts and all decrypt. Cookies that are not encrypted are then refused.
   *
   * @default undefined: clients can read the session but cannot change it
   */
  seal?: true | Secret | AnySecret[] | undefined
  /**
   * Encodes a session that is kept in the cookie.
   *
   * @default base64 of JSON, as in koa-session
   */
  encode?: ((data: object) => string) | undefined
  /**
   * Decodes what `encode` has made. It throws if the value cannot be decoded.
   *
   * @default JSON of base64
   */
  decode?: ((value: string) => object) | undefined
  /**
   * What happens if `decode` throws anything but a SyntaxError. `'new'`: the session is new. `'throw'`: reading `ctx.session` throws the error, as in
   * koa-session, and the cookie is cleared.
   *
   * @default 'new'
   */
  decodeErrors?: 'new' | 'throw' | undefined
  /**
   * The format of records: `'cookie'` is that of express-session, `'options'` of koa-generic-session, `'expiry'` of koa-session, `'data'` of
   * koa-session-store. All formats are read; this one is written.
   *
   * @default 'expiry' in the cookie, 'data' in stores of JSON strings, else 'cookie'
   */
  record?: ShapeName | undefined
  /**
   * Whether `regenerate` keeps the data and the attributes of the cookie if it is called without `keep`.
   *
   * @default false
   */
  keepOnRegenerate?: boolean | undefined
  /**
   * Which names `ctx.session` has beside its data. `'koa-session'`: those of koa-session 7. `'cookie'`: `cookie` alone, with the options of the cookie, as
   * in koa-generic-session. `'none'`: no other, as in koa-session-store. With `'koa-session'` or `'none'`, the context has no `sessionId`, `sessionSave` and
   * `sessionStore`, as in these middlewares.
   *
   * @default undefined: those of koa-session 7, with all names on the context
   */
  names?: 'koa-session' | 'cookie' | 'none' | undefined
  /**
   * The class of `ctx.session`, if it has more members than `KoaSession`.
   *
   * @default KoaSession
   */
  Session?: typeof KoaSession | undefined
  /**
   * Sends the cookie with each save, and not only with the first. If the session is kept in the cookie, it is always sent.
   *
   * @default true
   */
  cookieOnSave?: boolean | undefined
}

const METHODS = ['get', 'set', 'clear']
const NAMES: readonly unknown[] = ['koa-session', 'cookie', 'none']

type Test = (value: unknown) => boolean

const isFunction: Test = value => typeof value === 'function'
const isString: Test = value => typeof value === 'string'
const isDuration: Test = value => Number.isFinite(value) && (value as number) >= 0
/** The longest delay of Node's timers. */
const isPatience: Test = value => value === false || value === Infinity || (isDuration(value) && (value as number) < 2 ** 31)
/** The names that `ctx.cookies` accepts: with a colon, which RFC 6265 section 4.1.1 does not allow. */
const isCookieName: Test = value => isString(value) && /^[\t\x20-\x7e\x80-\xff]+$/.test(value as string) && !/[;=]/.test(value as string)
const hasMethods: Test = value => METHODS.every(name => isFunction((value as Record<string, unknown> | null)?.[name]))
const isSessionClass: Test = value =>
  value === KoaSession || (isFunction(value) && (value as typeof KoaSession).prototype instanceof KoaSession)
const hasLifetime: Test = value => typeof value === 'object' && isDuration((value as KoaCookieOptions | null)?.maxAge ?? 0)

/** The checks of option values, and how to describe a valid one. */
const TESTS: Partial<Record<keyof KoaOptions, readonly [test: Test, what: string]>> = {
  name: [isCookieName, 'be a name for a cookie'],
  prefix: [isString, 'be a string'],
  idPrefix: [isString, 'be a string'],
  genid: [isFunction, 'be a function'],
  valid: [isFunction, 'be a function'],
  skip: [isFunction, 'be a function'],
  readOnly: [isFunction, 'be a function'],
  activity: [isFunction, 'be a function'],
  userId: [isFunction, 'be a function'],
  describe: [isFunction, 'be a function'],
  validate: [isFunction, 'be a function'],
  beforeSave: [isFunction, 'be a function'],
  onError: [isFunction, 'be a function'],
  encode: [isFunction, 'be a function'],
  decode: [isFunction, 'be a function'],
  ttl: [value => isFunction(value) || isDuration(value), 'be a number of milliseconds or a function'],
  reconnectTimeout: [isPatience, 'be a number of milliseconds below 2147483648, Infinity, or false'],
  record: [value => isString(value) && Object.hasOwn(SHAPES, value as string), `be one of ${Object.keys(SHAPES).join(', ')}`],
  cookie: [hasLifetime, 'have attributes, and a maxAge that is a number, null or "session"'],
  transport: [value => isFunction(value) || hasMethods(value), 'have get, set and clear'],
  decodeErrors: [value => value === 'new' || value === 'throw', 'be "new" or "throw"'],
  names: [value => NAMES.includes(value), 'be one of koa-session, cookie, none'],
  Session: [isSessionClass, 'be a class that extends KoaSession'],
}

/** For a cookie with an invalid lifetime, the lifetime. */
function describable(name: string, value: unknown): unknown {
  return name === 'cookie' && typeof value === 'object' ? ((value as KoaCookieOptions | null)?.maxAge ?? value) : value
}

/** @throws TypeError for each value that can never work */
export function check(options: KoaOptions): void {
  for (const [name, [test, what]] of Object.entries(TESTS)) {
    const value = options[name as keyof KoaOptions]
    if (value !== undefined && !test(value)) throw optionError(name, what, describable(name, value))
  }
  // Koa would send `expires=Invalid Date`
  if (Number.isNaN(options.cookie?.expires?.valueOf()))
    throw new TypeError('cookie option must have attributes, and an expires that is a valid Date, not an Invalid Date')
}
