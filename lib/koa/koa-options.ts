import { isPromise } from '../core/call'
import type { CookieOptions } from '../core/cookie'
import { settle, type Options, type Settings } from '../core/options'
import type { Family } from '../core/plan'
import { newId } from '../core/session-id'
import type { Session } from '../core/session'
import { sharePort, type SessionStore } from '../core/store-port'
import { Availability } from './availability'
import type { App, Context } from './context'
import { checkSendable, cookieTransport, type KoaTransport, type Signing } from './cookie-transport'
import { adapt, kindOf, type AnyStore, type JsonStore, type Manner, type PromiseStore } from './foreign-store'
import type { KoaHost } from './koa-host'
import { base64, PayloadStore, type Codec } from './payload-store'
import { hasEnded, withCookie, withExpiry, dataAlone, type MakeShape } from './record-shape'

/** What failed, for `onError`. */
export type Failure = 'get' | 'set' | 'destroy'

export interface KoaCookieOptions extends CookieOptions {
  /** Whether a second cookie, `.sig`, proves that we have sent the first; `app.keys` sign it. Default `true`. */
  signed?: boolean | undefined
  /** Default `true`. */
  overwrite?: boolean | undefined
}

/** The core's, but for those that only Connect has. */
type CoreOptions = Pick<Partial<Options<KoaHost>>, 'concurrency' | 'storeTimeout' | 'touchAfter' | 'rolling' | 'saveUninitialized'>

export interface KoaOptions extends CoreOptions {
  /** The cookie's name. Default `'koa.sess'` where sessions are kept in the cookie, else `'koa.sid'`. */
  name?: string | undefined
  /** Where sessions are kept: `'cookie'`, a store, or a function that makes one for a request. Default `'cookie'`. */
  store?: 'cookie' | AnyStore | ((ctx: Context) => AnyStore) | undefined
  /** The cookie's attributes. Default `{ path: '/', httpOnly: true, signed: true, overwrite: true, maxAge: null }`. */
  cookie?: KoaCookieOptions | undefined
  /** Makes an id; a promise will do. Default: 24 random bytes in base64url. */
  genid?: ((this: Context, ctx: Context, length: number) => string | PromiseLike<string>) | undefined
  /** Before the id, in the store alone. Default `''`. */
  prefix?: string | undefined
  /** How long a store of promises is to keep a session, in milliseconds. Default: the cookie's `maxAge`. */
  ttl?: number | ((session: Session) => number) | undefined
  /** Whether a session of which less than half its life is left is saved. Default `false`. */
  renew?: boolean | undefined
  /** Whether `await ctx.session` reads the session, and nothing before. Default `false`. */
  defer?: boolean | undefined
  /** Whether the end of a request saves what has changed. Default `true`. */
  autoCommit?: boolean | undefined
  /** Whether a record will do; of another the session is new, and the app hears `session:invalid`. */
  valid?: ((ctx: Context, record: object) => boolean | PromiseLike<boolean>) | undefined
  /** Told before a save. */
  beforeSave?: ((ctx: Context, session: Session) => void) | undefined
  /** Decides on what the store could not do: to throw, or to go on. Default: throws. */
  onError?: ((err: unknown, what: Failure, ctx: Context) => unknown) | undefined
  /** How long requests wait for a store that has said `disconnect`, in milliseconds. Default 10,000. */
  reconnectTimeout?: number | undefined
  /** How the id travels, in place of a cookie. */
  transport?: KoaTransport | undefined
  /** What sessions that are kept in the cookie look like there. Default: base64 of JSON, as koa-session's. */
  encode?: Codec['encode'] | undefined
  decode?: Codec['decode'] | undefined
}

/** The options with every default in. */
export interface KoaSettings extends Pick<KoaOptions, 'onError'> {
  readonly name: string
  readonly cookie: KoaCookieOptions
  readonly autoCommit: boolean
  readonly defer: boolean
  readonly transport: KoaTransport
  readonly availability: Availability | undefined
  /** Whether a session can be read at once. */
  readonly immediate: boolean
  /** What `ctx.sessionStore` is. */
  readonly userStore: AnyStore | undefined
  /** Those of one request. */
  of(host: KoaHost): Settings<KoaHost>
}

const FAMILY: Family = { keepsAlive: false, cookieOnSave: true, watchesCookie: true, clears: true, renews: false }

/** @throws TypeError for each option that could never work */
export function settleKoa(options: KoaOptions, app: App | undefined): KoaSettings {
  const { store = 'cookie', autoCommit = true, defer = false, reconnectTimeout = 10_000, onError } = options
  const { signed = true, overwrite = true, ...cookie } = { path: '/', httpOnly: true, ...options.cookie }
  const signing: Signing = { signed, overwrite }
  const name = options.name ?? (store === 'cookie' ? 'koa.sess' : 'koa.sid')
  const userStore = typeof store === 'object' ? store : undefined
  return {
    name,
    cookie: { ...cookie, ...signing },
    autoCommit,
    defer,
    onError,
    transport: options.transport ?? cookieTransport(name, signing),
    availability: userStore && new Availability(userStore as never, reconnectTimeout),
    immediate: store === 'cookie' && !defer,
    userStore,
    of: settingsFor(options, { name, cookie, signing, store, app }),
  }
}

interface Given {
  readonly name: string
  readonly cookie: CookieOptions
  readonly signing: Signing
  readonly store: NonNullable<KoaOptions['store']>
  readonly app: App | undefined
}

/** The core's settings, once, or for each request where the store has to know whose it is. */
function settingsFor(options: KoaOptions, given: Given): KoaSettings['of'] {
  const { store, cookie, name } = given
  if (store === 'cookie') {
    const codec = { encode: options.encode ?? base64.encode, decode: options.decode ?? base64.decode }
    const settings = coreSettings(options, given, new PayloadStore(name, codec, withExpiry(cookie)))
    return () => ({ ...settings, concurrency: 'off' })
  }
  if (typeof store === 'object' && kindOf(store as never) === 'callback') {
    const settings = coreSettings(options, given, store as SessionStore)
    return () => settings
  }
  return perRequest(options, given)
}

function perRequest(options: KoaOptions, given: Given): KoaSettings['of'] {
  const { store, cookie } = given
  const make = typeof store === 'function' ? store : (): AnyStore => store as AnyStore
  if (typeof store === 'object') kindOf(store as never)
  let first: Settings<KoaHost> | undefined
  return host => {
    const made = make(host.ctx)
    const kind = kindOf(made as never)
    const adapted =
      kind === 'callback'
        ? (made as SessionStore)
        : adapt(made as PromiseStore | JsonStore, host, mannerOf(options, kind === 'json' ? dataAlone : withCookie, cookie))
    first ??= coreSettings(options, given, adapted)
    return { ...first, store: adapted, port: sharePort(adapted, first.port) }
  }
}

function mannerOf({ prefix = '', ttl, rolling = false }: KoaOptions, shape: MakeShape, cookie: CookieOptions): Manner {
  const given = typeof ttl === 'function' ? ttl : (): number | undefined => ttl
  return { prefix, shape: shape(cookie), rolling, ttl: session => asTtl(given(session) ?? session.cookie.originalMaxAge) }
}

/** What is no number is not for a store. */
function asTtl(ms: unknown): number | undefined {
  return typeof ms === 'number' && Number.isFinite(ms) ? ms : undefined
}

function coreSettings(options: KoaOptions, { name, cookie, signing, app }: Given, store: SessionStore): Settings<KoaHost> {
  const {
    concurrency,
    storeTimeout,
    touchAfter,
    rolling = false,
    saveUninitialized = false,
    valid,
    beforeSave,
    genid,
    renew = false,
  } = options
  const core = { concurrency, storeTimeout, touchAfter, rolling, saveUninitialized, name, cookie, resave: false, unset: 'destroy' } as const
  const settled = settle<KoaHost>({ ...core, genid: genid ? ({ ctx }) => genid.call(ctx, ctx, 24) : newId }, store, () => {})
  const announce = (what: string, { ctx }: KoaHost, value: unknown, key: string | undefined): void => {
    setImmediate(() => (app ?? ctx.app).emit(`session:${what}`, { key, value, ctx }))
  }
  const kept = store instanceof PayloadStore
  return {
    ...settled,
    isReady: () => true,
    secrets: undefined,
    family: { ...FAMILY, renews: renew },
    admit(host, id, record) {
      const key = kept ? undefined : id
      const refuse = (what: string): undefined => void announce(what, host, record, key)
      if (!record) return refuse('missed')
      if ((kept || !settled.store.touch) && hasEnded(record)) return refuse('expired')
      if (!valid) return record
      const verdict = valid(host.ctx, record)
      if (!isPromise(verdict)) return verdict ? record : refuse('invalid')
      return verdict.then(isValid => (isValid ? record : refuse('invalid')))
    },
    beforeSave(host, session) {
      checkSendable(host.ctx, session.cookie as never, signing)
      beforeSave?.(host.ctx, session)
    },
  }
}
