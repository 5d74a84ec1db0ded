import { HOST } from '../../core/session/update'
import type { AppContext, Context } from '../context'
import type { KoaTransport } from '../cookies/cookie-transport'
import type { AnyStore } from './store-adapters'
import type { KoaCookieOptions } from '../cookies/cookie-options'
import type { Failure, KoaOptions } from './koa-options'

/** The spellings of options in older middlewares. */
const SPELLINGS = {
  key: 'name',
  cookieOptions: 'cookie',
  allowEmpty: 'saveUninitialized',
  genSid: 'genid',
  errorHandler: 'onError',
} as const satisfies Record<string, keyof KoaOptions>

/** Top-level options of koa-session that belong to the cookie. */
export const ATTRIBUTES = [
  'maxAge',
  'expires',
  'path',
  'domain',
  'secure',
  'httpOnly',
  'sameSite',
  'priority',
  'partitioned',
  'signed',
  'overwrite',
  'encrypt',
] as const

/** Options with another spelling in `KoaOptions`. */
export const OLDER_NAMES: readonly string[] = [
  ...Object.keys(SPELLINGS),
  ...ATTRIBUTES,
  'maxage',
  'ContextStore',
  'externalKey',
  'sessionIdStore',
]

/** A transport of the ID other than cookies, of koa-session and of koa-generic-session. */
interface ExternalKey {
  get(ctx: AppContext): string | undefined
  set(ctx: AppContext, id: string): unknown
}
interface SessionIdStore {
  get(this: AppContext): string | undefined
  set(this: AppContext, id: string, session: unknown): unknown
  reset(this: AppContext): unknown
}

/** A method, so that the app may write `err: Error`. */
interface Handler {
  errorHandler(err: unknown, what: Failure, ctx: AppContext): unknown
}

/** The options, with the spellings and forms of older middlewares. */
export interface AnySpelling
  extends KoaOptions, Partial<Pick<KoaCookieOptions, Exclude<(typeof ATTRIBUTES)[number], 'maxAge' | 'sameSite'>>> {
  /** The name of the cookie. @deprecated Use `name`. */
  key?: string
  /** The attributes of the cookie. @deprecated Use `cookie`. */
  cookieOptions?: KoaCookieOptions
  /** Saves a new session even if nothing was put into it. @deprecated Use `saveUninitialized`. */
  allowEmpty?: boolean
  /** Returns a new session ID. @deprecated Use `genid`. */
  genSid?: KoaOptions['genid']
  /** Decides what happens if the store fails. @deprecated Use `onError`. */
  errorHandler?: Handler['errorHandler'] | undefined
  /** The lifetime in milliseconds, as koa-session takes it. `'session'` ends with the browser. @deprecated Use `cookie.maxAge`. */
  maxAge?: number | 'session' | null
  /** Whether requests from other sites carry the cookie, of the type that koa-session has. @deprecated Use `cookie.sameSite`. */
  sameSite?: boolean | string | null | undefined
  /** The lifetime in milliseconds. @deprecated Use `cookie.maxAge`. */
  maxage?: number | 'session' | null
  /** A class whose instances are the store of a request, as koa-session takes it. @deprecated Use `store` with a function. */
  ContextStore?: new (ctx: AppContext) => AnyStore
  /** Carries the session ID, as koa-session takes it. @deprecated Use `transport`. */
  externalKey?: ExternalKey
  /** Carries the session ID, as koa-generic-session takes it. @deprecated Use `transport`. */
  sessionIdStore?: SessionIdStore
}

/**
 * Converts options to one spelling each. If both are set, the newer spelling wins.
 *
 * @throws TypeError for an older one that can never work
 */
export function spell(options: AnySpelling = {}): KoaOptions {
  const { maxage, ContextStore, externalKey, sessionIdStore, ...given } = options
  const older = Object.entries(SPELLINGS).map(([old, name]) => [name, (given as Record<string, unknown>)[old]])
  const transport = (externalKey && ofExternalKey(externalKey)) ?? (sessionIdStore && ofIdStore(sessionIdStore))
  const store = ContextStore && ofClass(ContextStore)
  const spelled: KoaOptions = {
    ...withoutUndefined({ ...(Object.fromEntries(older) as object), transport, store }),
    ...withoutUndefined(given),
  }
  const flat = ATTRIBUTES.map(name => [name, (given as Record<string, unknown>)[name]])
  // A value that is not an object is refused later
  if (typeof (spelled.cookie ?? {}) !== 'object') return spelled
  const cookie = { ...withoutUndefined({ maxAge: maxage, ...withoutUndefined(Object.fromEntries(flat) as object) }), ...spelled.cookie }
  return { ...spelled, cookie: cookie.maxAge === ('session' as never) ? { ...cookie, maxAge: null } : cookie }
}

function withoutUndefined(values: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values as Record<string, unknown>).filter(([, value]) => value !== undefined))
}

function ofClass(ContextStore: NonNullable<AnySpelling['ContextStore']>): (ctx: Context) => AnyStore {
  if (typeof ContextStore !== 'function') throw new TypeError('ContextStore option must be a class')
  return ctx => new ContextStore(ctx)
}

function ofExternalKey(external: ExternalKey): KoaTransport {
  demandMethods('externalKey', external, ['get', 'set'])
  return { get: ctx => external.get(ctx), set: (ctx, id) => external.set(ctx, id), clear: () => {} }
}

function ofIdStore(idStore: SessionIdStore): KoaTransport {
  demandMethods('sessionIdStore', idStore, ['get', 'set', 'reset'])
  const { get, set, reset } = idStore
  return {
    get: ctx => get.call(ctx),
    // With `defer`, `ctx.session` is a promise
    set: (ctx, id) => set.call(ctx, id, shownOn(ctx)),
    clear: ctx => reset.call(ctx),
  }
}

function shownOn(ctx: Context): unknown {
  return (ctx as { [HOST]?: { readonly shown: unknown } })[HOST]?.shown
}

/** @throws TypeError for a missing method */
function demandMethods(option: string, given: object, methods: readonly string[]): void {
  if (methods.every(method => typeof (given as Record<string, unknown>)[method] === 'function')) return
  throw new TypeError(`${option} option must have ${methods.join(', ')}`)
}
