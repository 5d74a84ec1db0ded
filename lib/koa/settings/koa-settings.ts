import { Cookie, type CookieOptions } from '../../core/record/cookie'
import { reportMistakes, secretWarnings, shortSecrets } from '../../core/settings/strict'
import { adviseOnStore } from '../../core/store/store-advice'
import type { SessionStore } from '../../core/store/contract'
import { Availability } from '../availability'
import { CarriedSession, type SessionSettings } from '../session/carried-session'
import type { App, Context } from '../context'
import type { KoaCookieOptions } from '../cookies/cookie-options'
import { cookieTransport, type KoaTransport, type Signing } from '../cookies/cookie-transport'
import { kindOf, type AnyStore } from './store-adapters'
import { check, type KoaOptions } from './koa-options'
import { KoaSession } from '../session/koa-session'
import { storeShower } from './prefixed-store'
import { OPTION_NAMES } from './option-names'
import { KoasCookies } from '../cookies/koas-cookies'
import { otherCookies, type OtherCookie } from '../cookies/other-cookies'
import { dataAlone, dataAndCookie, OptionedSession } from '../session/plain-session'
import { postponing } from './postponing'
import { settingsFor, type StoreSettings } from './store-settings'

/** The checked options with all defaults. */
export interface KoaSettings extends Pick<KoaOptions, 'onError'>, SessionSettings, StoreSettings {
  readonly name: string
  /** Whether warnings are printed. */
  readonly diagnostics: boolean
  readonly defer: boolean
  readonly transport: KoaTransport
  /** Finds another cookie of the same name if the store does not have the session of the first. */
  readonly otherCookie: OtherCookie | undefined
  /** The class of sessions in the core. */
  readonly Session: typeof CarriedSession
  readonly names: NonNullable<KoaOptions['names']>
  /** Names on the context that the older middleware does not have: `ctx.sessionId ??= requestId` must not find the ID of the session. */
  readonly appsNames: readonly string[]
  readonly availability: Availability | undefined
  /** Whether a context has an empty session before the middleware runs, if the middleware was given the app. */
  readonly standsIn: boolean
  /**
   * Whether the client of a context has sent no session, so that it need not be opened before the app uses it. Undefined if something of the app would
   * see the difference.
   */
  readonly postpones: ((ctx: Context) => boolean) | undefined
  /** Whether a new session can be shown before it is opened. */
  readonly showsEarly: boolean
  /** The app's store, if all requests share it. */
  readonly userStore: AnyStore | undefined
  /** The value of `ctx.sessionStore` for the app's store. */
  showStore(store: AnyStore | undefined): unknown
  /** The value of `ctx.req.sessionStore`, if that is known before the session is opened. */
  readonly earlyStore: SessionStore | undefined
}

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
  reportMistakes(sentOptions(given), about, OPTION_NAMES, [...secretWarnings('seal', given.seal), ...shortSecrets('app.keys', app?.keys)])
  const options = { ...DEFAULTS, ...given }
  const { store, autoCommit, defer, keepOnRegenerate, onError, names } = options
  const { signing, cookie } = split({ path: '/', httpOnly: true, ...options.cookie })
  const isInCookie = store === 'cookie'
  const userStore = typeof store === 'object' ? store : undefined
  if (userStore) adviseOnStore(userStore, about)
  const availability = availabilityOf(options, userStore)
  const koas = new KoasCookies()
  return {
    ...{ name, diagnostics, autoCommit, defer, keepOnRegenerate, onError, userStore, names },
    // In the app's order, which `ctx.session.cookie` shows
    cookie: { ...options.cookie, ...cookie, ...signing },
    appsNames: [undefined, 'cookie'].includes(given.names) ? [] : ['sessionId', 'sessionSave', 'sessionStore'],
    Session: names === 'cookie' ? OptionedSession : CarriedSession,
    show: showing(options),
    otherCookie: otherCookieOf(options, name, signing),
    transport: transportOf(options, cookieTransport(about, signing, new Cookie(cookie), koas)),
    availability,
    immediate: isInCookie && !defer,
    standsIn: names === 'koa-session' && !defer,
    postpones: postponing(options, { name, koas, availability }),
    showStore: storeShower(options),
    earlyStore: earlyStoreOf(userStore),
    showsEarly: names === 'koa-session' && given.Session === undefined,
    ...settingsFor(options, { name, cookie, signing, store, app }),
  }
}

/** `ctx.cookies` has its defaults for attributes that are undefined. */
function sentOptions(given: KoaOptions): KoaOptions {
  return { ...given, cookie: Object.fromEntries(Object.entries(given.cookie ?? {}).filter(([, value]) => value !== undefined)) }
}

/** What concerns `ctx.cookies`, and the attributes. */
function split({ signed = true, overwrite = true, encrypt, ...cookie }: KoaCookieOptions): { signing: Signing; cookie: CookieOptions } {
  return { signing: { signed, overwrite, ...(encrypt && { encrypt }) }, cookie }
}

function otherCookieOf({ transport }: KoaOptions, name: string, { signed, encrypt }: Signing): OtherCookie | undefined {
  // A custom transport handles its own cookies, and only `ctx.cookies` decrypts
  return transport || encrypt ? undefined : otherCookies(name, signed)
}

function earlyStoreOf(store: AnyStore | undefined): SessionStore | undefined {
  return store && kindOf(store as never) === 'callback' ? (store as SessionStore) : undefined
}

function availabilityOf({ reconnectTimeout }: KoaOptions, store: AnyStore | undefined): Availability | undefined {
  return store && typeof reconnectTimeout === 'number' ? new Availability(store, reconnectTimeout) : undefined
}

function nameOf({ name, store = DEFAULTS.store }: KoaOptions): string {
  return name ?? (store === 'cookie' ? 'koa.sess' : 'koa.sid')
}

function showing({ names, Session = KoaSession }: KoaOptions): SessionSettings['show'] {
  if (names === 'cookie') return dataAndCookie
  return names === 'none' ? dataAlone : (session, record) => new Session(session, record)
}

function transportOf({ transport }: KoaOptions, byCookie: KoaTransport): KoaTransport {
  return typeof transport === 'function' ? transport(byCookie) : (transport ?? byCookie)
}
