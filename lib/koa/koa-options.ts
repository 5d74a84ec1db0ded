import type { CookieOptions } from '../core/cookie'
import { optionError } from '../core/option-errors'
import type { Options, Secret } from '../core/option-types'
import type { Context } from './context'
import type { KoaTransport } from './cookie-transport'
import type { AnyStore } from './foreign-store'
import type { KoaHost } from './koa-host'
import { KoaSession } from './koa-session'
import { SHAPES, type ShapeName } from './record-shape'

/** What failed, for `onError`. */
export type Failure = 'get' | 'set' | 'destroy'

export interface KoaCookieOptions extends CookieOptions {
  /** Whether a second cookie, `.sig`, proves that we have sent the first; `app.keys` sign it. Default `true`. */
  signed?: boolean | undefined
  /** Whether one of the same name that was set before is taken back. Default `true`. */
  overwrite?: boolean | undefined
}

/** The core's, but for those that only Connect has. */
type CoreOptions = Pick<
  Partial<Options<KoaHost>>,
  'concurrency' | 'storeTimeout' | 'touchAfter' | 'awaitTouch' | 'rolling' | 'saveUninitialized'
>

export interface KoaOptions extends CoreOptions {
  /** The cookie's name. Default `'koa.sess'` where sessions are kept in the cookie, else `'koa.sid'`. */
  name?: string | undefined
  /** Where sessions are kept: `'cookie'`, a store, or a function that makes one for a request. Default `'cookie'`. */
  store?: 'cookie' | AnyStore | ((ctx: Context) => AnyStore) | undefined
  /** The cookie's attributes. Default `{ path: '/', httpOnly: true, signed: true, overwrite: true, maxAge: null }`. */
  cookie?: KoaCookieOptions | undefined
  /** Makes an id; a promise will do. Default: 24 random bytes in base64url. */
  genid?: ((this: Context, ctx: Context, length: number) => string | PromiseLike<string>) | undefined
  /** What ids begin with that are made without `genid`, in the cookie too. Default `''`. */
  idPrefix?: string | undefined
  /** Before the id, in the store alone. Not for express-session's stores, which have their own. Default `''`. */
  prefix?: string | undefined
  /** How long a store of promises is to keep a session, in milliseconds. Default, and for 0 and what is no number: the cookie's `maxAge`. */
  ttl?: number | ((session: KoaSession) => number | undefined) | undefined
  /** Whether a session of which less than half its life is left is saved. Default `false`. */
  renew?: boolean | undefined
  /** Whether `await ctx.session` reads the session, and nothing before. Default `false`. */
  defer?: boolean | undefined
  /** Whether the end of a request saves what has changed. Default `true`. */
  autoCommit?: boolean | undefined
  /** Whether a record, as it is in the store, will do; in the place of another the session is new, and the app hears `session:invalid`. */
  valid?: ((ctx: Context, record: object) => unknown) | undefined
  /** Told before a save, or an update, and may change the session; a promise is waited for. What it throws, the save fails with. */
  beforeSave?: ((ctx: Context, session: KoaSession) => unknown) | undefined
  /**
   * Decides on what the store could not do, and on a cookie that could not be set: to throw, or to go on, with a new session where it could not be
   * read. Not asked about a `save`, an `update` or a `regenerate` that the app calls by itself, nor where `beforeSave` throws. Default: throws.
   */
  onError?: ((err: unknown, what: Failure, ctx: Context) => unknown) | undefined
  /** How long requests wait for a store that has said `disconnect`, in milliseconds; `Infinity` until it is back. Default 10,000. */
  reconnectTimeout?: number | undefined
  /** How the id travels, in place of a cookie; a function is given the way by cookie, and returns another. */
  transport?: KoaTransport | ((byCookie: KoaTransport) => KoaTransport) | undefined
  /**
   * Seals sessions that are kept in the cookie, so that nobody can read them: `true` with `app.keys`, which have to be an array then; or a secret, or
   * several, of which the first seals and all open. What was not sealed is not taken. Default: none; they can be read, and not changed.
   */
  seal?: true | Secret | Secret[] | undefined
  /** What sessions that are kept in the cookie look like there. Default: base64 of JSON, as koa-session's. */
  encode?: ((data: object) => string) | undefined
  /** @throws for a value that nothing can be made of */
  decode?: ((value: string) => object) | undefined
  /**
   * What a session looks like at rest: `'cookie'` is express-session's form, `'options'` koa-generic-session's, `'expiry'` koa-session's, `'data'`
   * koa-session-store's. All of them are read. Default `'expiry'` in the cookie, `'data'` in stores of JSON strings, else `'cookie'`.
   */
  record?: ShapeName | undefined
  /** Whether `regenerate` takes the data and the cookie's attributes along where nobody says. Default `false`. */
  keepOnRegenerate?: boolean | undefined
  /** What sessions are made of, with more names than ours. Default: `KoaSession`. */
  Session?: typeof KoaSession | undefined
  /** Whether the cookie goes out with each save, and not with the first alone. One in which the session is kept always does. Default `true`. */
  cookieOnSave?: boolean | undefined
}

const METHODS = ['get', 'set', 'clear']

type Test = (value: unknown) => boolean

const isFunction: Test = value => typeof value === 'function'
const isString: Test = value => typeof value === 'string'
const isDuration: Test = value => Number.isFinite(value) && (value as number) >= 0
/** Node's timers take no more. */
const isPatience: Test = value => value === Infinity || (isDuration(value) && (value as number) < 2 ** 31)
/** As `ctx.cookies` has it: with a colon, which RFC 6265 section 4.1.1 does not allow. */
const isCookieName: Test = value => isString(value) && /^[\t\x20-\x7e\x80-\xff]+$/.test(value as string) && !/[;=]/.test(value as string)
const hasMethods: Test = value => METHODS.every(name => isFunction((value as Record<string, unknown> | null)?.[name]))
const isSessionClass: Test = value =>
  value === KoaSession || (isFunction(value) && (value as typeof KoaSession).prototype instanceof KoaSession)
const hasLifetime: Test = value => typeof value === 'object' && isDuration((value as KoaCookieOptions | null)?.maxAge ?? 0)

/** What a value has to be, where there is one, and how that is said. */
const TESTS: Partial<Record<keyof KoaOptions, readonly [test: Test, what: string]>> = {
  name: [isCookieName, 'be a name for a cookie'],
  prefix: [isString, 'be a string'],
  idPrefix: [isString, 'be a string'],
  genid: [isFunction, 'be a function'],
  valid: [isFunction, 'be a function'],
  beforeSave: [isFunction, 'be a function'],
  onError: [isFunction, 'be a function'],
  encode: [isFunction, 'be a function'],
  decode: [isFunction, 'be a function'],
  ttl: [value => isFunction(value) || isDuration(value), 'be a number of milliseconds or a function'],
  reconnectTimeout: [isPatience, 'be a number of milliseconds below 2147483648, or Infinity'],
  record: [value => isString(value) && Object.hasOwn(SHAPES, value as string), `be one of ${Object.keys(SHAPES).join(', ')}`],
  cookie: [hasLifetime, 'have attributes, and a maxAge that is a number, null or "session"'],
  transport: [value => isFunction(value) || hasMethods(value), 'have get, set and clear'],
  Session: [isSessionClass, 'be a class that extends KoaSession'],
}

/** Of a cookie whose lifetime is wrong, the lifetime. */
function describable(name: string, value: unknown): unknown {
  return name === 'cookie' && typeof value === 'object' ? ((value as KoaCookieOptions | null)?.maxAge ?? value) : value
}

/** @throws TypeError for each value that could never work */
export function check(options: KoaOptions): void {
  for (const [name, [test, what]] of Object.entries(TESTS)) {
    const value = options[name as keyof KoaOptions]
    if (value !== undefined && !test(value)) throw optionError(name, what, describable(name, value))
  }
}
