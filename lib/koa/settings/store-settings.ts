import type { CookieOptions } from '../../core/record/cookie'
import { isClass } from '../../primitives/describe-value'
import { checkHashIdsInCookie } from '../../core/settings/hash-ids'
import type { Settings } from '../../core/settings/settings'
import { settingsWith } from '../../core/settings/settings-with'
import type { Secret } from '../../primitives/secrets'
import { shareClient } from '../../core/store/store-clients'
import { storeAdvice } from '../../core/store/store-check'
import type { SessionStore } from '../../core/store/contract'
import type { StoreClient } from '../../core/store/store-client'
import { noStore, type StoreClientOf } from '../../core/users/sessions'
import { storeOfRequest } from './store-of-request'
import { Undecodable } from '../../cookie-store/codec'
import { cookieFormat } from '../../cookie-store/cookie-format'
import { withCookieStore, CookieSessionStore } from '../../cookie-store/cookie-session-store'
import type { KoaHost } from '../session/carried-session'
import { admission, endsOf } from './admission'
import { coreSettings, type Given } from './core-settings'
import type { KoaOptions } from './koa-options'
import { SHAPES, type ShapeName } from './record-formats'
import { adapt, kindOf, type Kind, type AnyStore, type JsonStore, type StoreAdapterOptions, type PromiseStore } from './store-adapters'

/** The core's settings: shared by all requests, or per request. */
export interface StoreSettings {
  /** The core's settings for a request. */
  of(host: KoaHost): Settings
  /** The core's settings that are the same for all requests. */
  readonly core: Settings
  /** The client of the store for methods of the middleware. @throws TypeError if no store can be asked */
  readonly storeClient: StoreClientOf
}
/** The core's settings: shared by all requests, or per request if the store must know the request. */
export function settingsFor(options: KoaOptions, given: Given): StoreSettings {
  const { store } = given
  if (store === 'cookie') return inCookie(options, given)
  if (options.seal !== undefined)
    throw new TypeError('seal option is for sessions that are kept in the cookie; write store: "cookie", or leave seal out')
  if (isClass(store)) throw new TypeError(`store option must be a store, or a function that makes one: ${storeAdvice(store)}`)
  if (typeof store === 'function') return { ...perRequest(options, given, host => store(host.ctx)), storeClient: storeOfRequest }
  if (kindOf(store as never) !== 'callback') return perRequest(options, given, () => store)
  const settings = coreSettings(options, given, store as SessionStore)
  return { of: () => settings, storeClient: () => settings.storeClient, core: settings }
}

/** @throws TypeError for a transport of the app that would carry a session which no key protects */
function inCookie(options: KoaOptions, given: Given): StoreSettings {
  const { seal, record = 'expiry', hashIds, transport } = options
  checkHashIdsInCookie(hashIds)
  if (typeof transport === 'object' && seal === undefined)
    throw new TypeError(
      'transport option must not be an object if sessions are kept in the cookie, because a client could forge a session; add a store, or seal: true, or write a function (byCookie) => transport',
    )
  const { name } = given
  const format = cookieFormat({
    name,
    seal,
    encoding: 'base64',
    codec: codecOf(options),
    shape: shapeOf(record, given),
    cookieValue: payload => payload,
  })
  const settings = coreSettings(options, given, new CookieSessionStore(format, () => []))
  return { of: host => withCookieStore(settings, format, host, () => keysOf(host)), storeClient: noStore, core: settings }
}

/** A Keygrip does not expose its keys. */
function keysOf({ ctx }: KoaHost): readonly Secret[] {
  return Array.isArray(ctx.app.keys) ? (ctx.app.keys as Secret[]) : []
}

/** @throws errors of the app's own `decode`, marked to be passed on to the app */
function codecOf({ encode, decode, decodeErrors }: KoaOptions) {
  if (!decode || decodeErrors !== 'throw') return { encode, decode }
  const decodeOrMark = (value: string): object => {
    try {
      return decode(value)
    } catch (err) {
      throw err instanceof SyntaxError ? err : new Undecodable(err)
    }
  }
  return { encode, decode: decodeOrMark }
}

function perRequest(options: KoaOptions, given: Given, make: (host: KoaHost) => AnyStore): StoreSettings {
  // Checks the options at setup, although the first store is created with the first request
  const common = coreSettings(options, given, { get() {}, set() {}, destroy() {} })
  const adapterOptions: Partial<Record<Kind, StoreAdapterOptions>> = {}
  const adapterOptionsFor = (kind: Kind): StoreAdapterOptions =>
    (adapterOptions[kind] ??= adapterOptionsOf(options, given, kind === 'json'))
  const storeClientOf = (host: KoaHost): { store: SessionStore; storeClient: StoreClient; kind: Kind } => {
    const made = (host.userStore = make(host))
    const kind = kindOf(made as never)
    const adapted = kind === 'callback' ? made : adapt(made as PromiseStore | JsonStore, host, adapterOptionsFor(kind))
    const store = adapted as SessionStore
    return { store, storeClient: shareClient(store, common.storeClient), kind }
  }
  const about = { app: given.app, hasLimits: common.lifetime !== undefined }
  const byStore = admission(options, { ...about, ends: 'by the store' })
  const byRecord = admission(options, { ...about, ends: 'by the record' })
  const of = (host: KoaHost): Settings => {
    const { store, storeClient, kind } = storeClientOf(host)
    const endsByRecord = endsOf(store) === 'by the record'
    const admit = endsByRecord ? byRecord : byStore
    const isCallback = kind === 'callback'
    const rollsBySave = common.rollsBySave && !isCallback
    // Other kinds of stores can only save, and a late save would overwrite those of other processes
    return settingsWith(common, { store, storeClient, admit, endsByRecord, rollsBySave, awaitTouch: common.awaitTouch || !isCallback })
  }
  return { of, storeClient: () => storeClientOf({} as KoaHost).storeClient, core: common }
}

function adapterOptionsOf({ prefix = '', ttl, rolling = false, record }: KoaOptions, given: Given, isJson: boolean): StoreAdapterOptions {
  const ttlOf = typeof ttl === 'function' ? ttl : (): number | undefined => ttl
  return {
    prefix,
    rolling,
    shape: shapeOf(record ?? (isJson ? 'data' : 'cookie'), given),
    maxAge: given.cookie.maxAge ?? undefined,
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
