import { SessionEvents } from '../../core/diagnostics/session-events'
import { Cookie, type CookieOptions } from '../../core/record/cookie'
import { isClass } from '../../primitives/describe-value'
import { checkHashIds, checkHashIdsInCookie } from '../../core/settings/hash-ids'
import { settle, type Settings } from '../../core/settings/settings'
import type { Secret } from '../../primitives/secrets'
import type { Semantics } from '../../core/settings/policy'
import { shownOf } from '../../core/record/session-view'
import { shareClient } from '../../core/store/ports'
import { adviseOnStore } from '../../core/store/store-advice'
import { storeAdvice } from '../../core/store/store-check'
import type { SessionStore } from '../../core/store/contract'
import type { StoreClient } from '../../core/store/store-client'
import { noFixedStore, noStore } from '../../core/session/sessions'
import { Undecodable } from '../../cookie-store/codec'
import { formOf } from '../../cookie-store/cookie-format'
import { keptLimits } from '../../cookie-store/settings'
import { keepFor, CookieSessionStore } from '../../cookie-store/cookie-session-store'
import { Availability } from '../availability'
import { admission, endsOf } from './admission'
import { CarriedSession, type KoaHost } from '../session/carried-session'
import type { App } from '../context'
import { checkSendable, cookieTransport, type KoaTransport, type Signing } from '../cookies/cookie-transport'
import { adapt, kindOf, type Kind, type AnyStore, type JsonStore, type StoreAdapterOptions, type PromiseStore } from './store-adapters'
import { coreOptions } from './core-options'
import { check, type KoaOptions } from './koa-options'
import type { KoaCookieOptions } from '../cookies/cookie-options'
import { KoaSession } from '../session/koa-session'
import { reportMistakes } from './option-names'
import { otherCookies, type OtherCookie } from '../cookies/other-cookies'
import { dataAlone, dataAndCookie, OptionedSession } from '../session/plain-session'
import { SHAPES, type ShapeName } from './record-formats'

/** The checked options with all defaults. */
export interface KoaSettings extends Pick<KoaOptions, 'onError'> {
  readonly name: string
  /** Whether warnings are printed. */
  readonly diagnostics: boolean
  readonly cookie: KoaCookieOptions
  readonly autoCommit: boolean
  readonly defer: boolean
  readonly keepOnRegenerate: boolean
  readonly transport: KoaTransport
  /** Finds another cookie of the same name if the store does not have the session of the first. */
  readonly otherCookie: OtherCookie | undefined
  /** The class of sessions in the core. */
  readonly Session: typeof CarriedSession
  /**
   * Makes the object for the app.
   *
   * @param record the data with the cookie
   */
  readonly show: (session: CarriedSession, record: object) => object
  readonly names: NonNullable<KoaOptions['names']>
  readonly availability: Availability | undefined
  /** Whether a session can be read synchronously. */
  readonly immediate: boolean
  /** Whether a context has an empty session before the middleware runs, if the middleware was given the app. */
  readonly standsIn: boolean
  /** The app's store, if all requests share it. */
  readonly userStore: AnyStore | undefined
  /** The core's settings for a request. */
  of(host: KoaHost): Settings<KoaHost>
  /** Tells of created, renewed and ended sessions. */
  readonly events: SessionEvents
  /** The client of the store, outside of a request. @throws TypeError if no store can be asked */
  port(): StoreClient
}

const { save: ownSave } = CarriedSession.prototype

const DEFAULTS = {
  names: 'koa-session',
  store: 'cookie',
  autoCommit: true,
  defer: false,
  keepOnRegenerate: false,
  reconnectTimeout: 10_000,
} as const

/** @throws TypeError for each option that can never work */
export function settleKoa(given: KoaOptions, app: App | undefined): KoaSettings {
  check(given)
  const about = { name: nameOf(given), diagnostics: given.diagnostics !== false }
  const { name, diagnostics } = about
  reportMistakes(given, about, app)
  const options = { ...DEFAULTS, ...given }
  const { store, autoCommit, defer, keepOnRegenerate, onError, names } = options
  const { signed = true, overwrite = true, ...cookie } = { path: '/', httpOnly: true, ...options.cookie }
  const isKept = store === 'cookie'
  const userStore = typeof store === 'object' ? store : undefined
  if (userStore) adviseOnStore(userStore, about)
  return {
    ...{ name, diagnostics, autoCommit, defer, keepOnRegenerate, onError, userStore, names },
    // In the app's order, which `ctx.session.cookie` shows
    cookie: { ...options.cookie, ...cookie, signed, overwrite },
    Session: names === 'cookie' ? OptionedSession : CarriedSession,
    show: showing(options),
    // A custom transport handles its own cookies
    otherCookie: options.transport ? undefined : otherCookies(name, signed),
    transport: transportOf(options, cookieTransport(about, { signed, overwrite }, new Cookie(cookie))),
    availability: userStore && new Availability(userStore, options.reconnectTimeout),
    immediate: isKept && !defer,
    standsIn: names === 'koa-session' && !defer,
    ...settingsFor(options, { name, cookie, signing: { signed, overwrite }, store, app }),
  }
}

function nameOf({ name, store = DEFAULTS.store }: KoaOptions): string {
  return name ?? (store === 'cookie' ? 'koa.sess' : 'koa.sid')
}

function showing({ names, Session = KoaSession }: KoaOptions): KoaSettings['show'] {
  if (names === 'cookie') return dataAndCookie
  return names === 'none' ? dataAlone : (session, record) => new Session(session, record)
}

function transportOf({ transport }: KoaOptions, byCookie: KoaTransport): KoaTransport {
  return typeof transport === 'function' ? transport(byCookie) : (transport ?? byCookie)
}

interface Given {
  readonly name: string
  readonly cookie: CookieOptions
  readonly signing: Signing
  readonly store: NonNullable<KoaOptions['store']>
  readonly app: App | undefined
}

type ForRequests = Pick<KoaSettings, 'of' | 'port' | 'events'>

/** The core's settings: shared by all requests, or per request if the store must know the request. */
function settingsFor(options: KoaOptions, given: Given): ForRequests {
  const { store } = given
  if (store === 'cookie') return inCookie(options, given)
  if (options.seal !== undefined)
    throw new TypeError('seal option is for sessions that are kept in the cookie; write store: "cookie", or leave seal out')
  if (isClass(store)) throw new TypeError(`store option must be a store, or a function that makes one: ${storeAdvice(store)}`)
  if (typeof store === 'function') return { ...perRequest(options, given, host => store(host.ctx)), port: noFixedStore }
  if (kindOf(store as never) !== 'callback') return perRequest(options, given, () => store)
  const settings = coreSettings(options, given, store as SessionStore)
  return { of: () => settings, port: () => settings.port, events: settings.events }
}

function inCookie(options: KoaOptions, given: Given): ForRequests {
  const { seal, record = 'expiry', hashIds } = options
  checkHashIdsInCookie(hashIds)
  const { name } = given
  const form = formOf({ name, seal, encoding: 'base64', codec: codecOf(options), shape: shapeOf(record, given), dress: payload => payload })
  const settings = coreSettings(options, given, new CookieSessionStore(form, () => []))
  return { of: host => keepFor(settings, form, host, () => keysOf(host)), port: noStore, events: settings.events }
}

/** A Keygrip does not expose its keys. */
function keysOf({ ctx }: KoaHost): readonly Secret[] {
  return Array.isArray(ctx.app.keys) ? (ctx.app.keys as Secret[]) : []
}

/** @throws errors of the app's own `decode`, marked to be passed on to the app */
function codecOf({ encode, decode, decodeErrors }: KoaOptions) {
  if (!decode || decodeErrors !== 'throw') return { encode, decode }
  const loudly = (value: string): object => {
    try {
      return decode(value)
    } catch (err) {
      throw err instanceof SyntaxError ? err : new Undecodable(err)
    }
  }
  return { encode, decode: loudly }
}

function perRequest(options: KoaOptions, given: Given, make: (host: KoaHost) => AnyStore): ForRequests {
  // Checks the options at setup, although the first store is created with the first request
  const common = coreSettings(options, given, { get() {}, set() {}, destroy() {} })
  const portOf = (host: KoaHost): { store: SessionStore; port: StoreClient; kind: Kind } => {
    const made = (host.userStore = make(host))
    const kind = kindOf(made as never)
    const adapted = kind === 'callback' ? made : adapt(made as PromiseStore | JsonStore, host, mannerOf(options, given, kind === 'json'))
    const store = adapted as SessionStore
    return { store, port: shareClient(store, common.port), kind }
  }
  const of = (host: KoaHost): Settings<KoaHost> => {
    const { store, port, kind } = portOf(host)
    return {
      ...common,
      store,
      port,
      admit: admission(options, given.app, endsOf(store)),
      // Other kinds of stores can only save, and a late save would overwrite those of other processes
      awaitTouch: common.awaitTouch || kind !== 'callback',
    }
  }
  return { of, port: () => portOf({} as KoaHost).port, events: common.events }
}

function mannerOf({ prefix = '', ttl, rolling = false, record }: KoaOptions, given: Given, isJson: boolean): StoreAdapterOptions {
  const ttlOf = typeof ttl === 'function' ? ttl : (): number | undefined => ttl
  return {
    prefix,
    rolling,
    shape: shapeOf(record ?? (isJson ? 'data' : 'cookie'), given),
    ttl: session => numberOr(ttlOf(session as never), session.cookie.originalMaxAge),
  }
}

function shapeOf(name: ShapeName, { cookie, signing }: Given) {
  return SHAPES[name](name === 'options' ? ({ ...cookie, ...signing } as CookieOptions) : cookie)
}

/** A store only gets a positive number; 0 means no expiry to some stores. */
function numberOr(ms: unknown, other: unknown): number | undefined {
  if (typeof ms === 'number' && Number.isFinite(ms) && ms !== 0) return ms
  return typeof other === 'number' ? other : undefined
}

function coreSettings(options: KoaOptions, given: Given, store: SessionStore): Settings<KoaHost> {
  const { onError, beforeSave, renew = false } = options
  const { cookie, signing } = given
  const about = { name: given.name, diagnostics: options.diagnostics !== false }
  const usual = new Cookie(cookie)
  const isKept = store instanceof CookieSessionStore
  const core = coreOptions(options, cookie)
  const settings = settle<KoaHost>(core, store, () => {})
  settings.port.keys.use(checkHashIds(core.hashIds), { renews: core.rolling === true || settings.keepsIdle, limits: settings.lifetime })
  return {
    ...settings,
    ...{ ...about, events: new SessionEvents(about, core.on) },
    // No other process writes to the cookie, and no store is to be spared
    ...(isKept && { concurrency: 'off', touches: undefined, ...keptLimits(settings) }),
    isReady: () => true,
    secrets: undefined,
    family: family(renew, isKept || (options.cookieOnSave ?? true)),
    onStoreError: onError && (async (err, { ctx }) => (await onError(err, 'get', ctx), 'new' as const)),
    admit: admission(options, given.app, endsOf(store)),
    asksApp: options.valid !== undefined,
    beforeSave: beforeSave && ((host, session) => host.refusing(() => beforeSave(host.ctx, shownOf(session) as KoaSession))),
    // A custom transport need not use a cookie
    checkCookie: typeof options.transport === 'object' ? undefined : ({ ctx }, cookie) => checkSendable(about, ctx, cookie, signing, usual),
    ownSave,
  }
}

function family(renews: boolean, cookieOnSave: boolean): Semantics {
  return { keepsAlive: false, cookieOnSave, watchesCookie: true, clears: true, renews }
}
