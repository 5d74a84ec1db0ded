import { Cookie, lifetimeOf, type AnyCookie, type CookieOptions } from '../../core/record/cookie'
import { ENDS, LONGEST_LIFETIME } from '../../core/record/lifetime'
import { MARKS } from '../../core/record/reserved-key'
import type { SessionData } from '../../core/record/session-data'
import { DAY, UNTIL_CLOSED, type RecordShape } from '../../cookie-store/record-format'
import type { KoaHost } from '../session/carried-session'
import { COOKIE, OwnedNames } from '../session/owned-names'
import { optionsOf } from '../session/plain-session'

/** A format of stored sessions of Koa apps. Every format reads the records of all of them. */
export interface KoaShape extends RecordShape {
  read(record: object): SessionData
  write(session: SessionData): object
}

/** The key of the record as it was stored. */
export const RAW = Symbol('resession.raw')

/** The names that koa-session adds to the data. */
const KOA_FIELDS = new OwnedNames('_expire', '_maxAge', '_session')

interface KoaRecord {
  _expire?: unknown
  _maxAge?: unknown
  _session?: unknown
}

type KoaFields = Readonly<KoaRecord>

/** @param options of new cookies */
export type MakeShape = (options: CookieOptions) => KoaShape

/** express-session's format: the cookie is one of the keys. */
const withCookie: MakeShape = options => ({
  read: record => readAny(record, options),
  write: session => filled({ cookie: (session.cookie as Cookie).toJSON() }, session),
})

/**
 * The format of koa-generic-session and koa-session-ts, whose cookies are options.
 *
 * @param options with `signed` and `overwrite`
 */
const withOptions: MakeShape = options => ({
  read: record => (!isKoa(record) && hasOptions(record) ? marked(readWithCookie(record, options), record) : readAny(record, options)),
  write: session => ({ cookie: optionsOf(session.cookie as Cookie, options), ...dataOf(session) }),
})

/** koa-session's format: the end is stored beside the data, which may have a key `cookie`. */
const withExpiry: MakeShape = options => ({
  read: record => (isKoa(record) ? marked(readKoa(record, options), record) : readAny(record, options)),
  write(session) {
    const { originalMaxAge } = session.cookie
    const _expire = limitOf(session) ?? Date.now() + (lifetimeOf(session.cookie) ?? DAY)
    const record: KoaRecord = hasPlainNames(session) ? filled({}, session) : { ...KOA_FIELDS.escape(COOKIE.unescape(dataOf(session))) }
    record._expire = _expire
    if (isUntilClosed(session)) record._session = true
    else record._maxAge = originalMaxAge
    return record
  },
})

/** koa-session-store's format: only the data, unless the cookie differs from that of new sessions. */
const dataAlone: MakeShape = options => ({
  read: record => readAny(record, options),
  write(session) {
    const cookie = (session.cookie as Cookie).toJSON()
    const usual = { ...new Cookie(options).toJSON(), expires: cookie.expires }
    const data = COOKIE.unescape(dataOf(session))
    const isUsual = JSON.stringify(cookie) === JSON.stringify(usual)
    // Data that look like another format are stored with the cookie
    return isUsual && !isKoa(data) && !isCookie(data) && limitOf(session) === undefined ? data : { cookie, ...dataOf(session) }
  },
})

/** When a session with limits ends, in milliseconds since 1970. */
function limitOf(session: SessionData): number | undefined {
  const { expires } = session.cookie
  return MARKS in session && expires ? new Date(expires).valueOf() : undefined
}

/** koa-session distinguishes a session that ends with the browser from one without a lifetime. */
function isUntilClosed(session: SessionData & { readonly req?: KoaHost }): boolean {
  const { lifetime, settings } = session.req ?? {}
  // A record that is moved to another key has no request
  const wasUntilClosed = settings === undefined && UNTIL_CLOSED in session
  return session.cookie.originalMaxAge === null && (wasUntilClosed || lifetime?.value === 'session' || settings?.cookie.maxAge === null)
}

/** The formats of records, by the names that presets use. */
export const SHAPES = { cookie: withCookie, options: withOptions, expiry: withExpiry, data: dataAlone }

/** The name of a format of records. */
export type ShapeName = keyof typeof SHAPES

function dataOf(session: SessionData): object {
  return filled({}, session)
}

/** Adds the data of a session to a record. A loop takes a third of the time of a rest pattern and a spread. */
function filled(record: Record<string, unknown>, session: object): Record<string, unknown> {
  for (const key of Object.keys(session)) {
    if (key === '__proto__') {
      const { cookie: _, ...data } = session as { cookie?: unknown }
      return { ...record, ...data }
    }
    if (key !== 'cookie') record[key] = session[key as never]
  }
  return record
}

const UNDERSCORE = 95
const DOLLAR = 36

/** Whether no key is, or looks like, one of the names that the library changes. */
function hasPlainNames(data: object): boolean {
  for (const key of Object.keys(data)) {
    const first = key.charCodeAt(0)
    if (first === UNDERSCORE || first === DOLLAR) return false
  }
  return true
}

function readAny(record: object, options: CookieOptions): SessionData {
  return marked(readRecord(record, options), record)
}

function marked(session: SessionData, record: object): SessionData {
  ;(session as { [RAW]?: object })[RAW] = record
  return session
}

function readRecord(record: object, options: CookieOptions): SessionData {
  if (isCookie(record)) return readWithCookie(record, options)
  if (isKoa(record)) return readKoa(record, options)
  return { ...COOKIE.escape(record), cookie: new Cookie(options).toJSON() } as SessionData
}

function readWithCookie(record: SessionData, options: CookieOptions): SessionData {
  const stored = record.cookie as Partial<AnyCookie>
  const cookie = readCookie(stored, options)
  // Options may have a date alone. So has a session with limits and without a lifetime, whose end is that of its limits
  if (cookie.originalMaxAge === null && !('originalMaxAge' in stored) && !(MARKS in record))
    cookie.originalMaxAge = untilDate(cookie.expires)
  return filled({ cookie }, record) as never
}

/** koa-generic-session stores the options of its cookies, and apps may have added others. */
function readCookie(stored: Partial<AnyCookie>, options: CookieOptions): { originalMaxAge?: unknown; expires?: unknown } {
  // Without a spread, after which each cookie would have a hidden class of its own until V8's next full collection
  const cookie: Record<string, unknown> = {}
  // In options, 0 is no lifetime
  const lifetime = stored.originalMaxAge ?? (stored.maxAge === 0 ? null : (stored.maxAge ?? null))
  for (const key of Object.keys(options)) if (key !== 'maxAge') cookie[key] = options[key as never]
  for (const key of Object.keys(stored)) if (key !== 'maxAge') cookie[key] = stored[key as never]
  // Options tell no end. It is that of the stored lifetime, and not that of the app's option, which is for new sessions
  if (!('expires' in stored)) cookie.maxAge = lifetime
  cookie.originalMaxAge = lifetime
  // Once: the end is compared with the clock, and put into the cookie
  if (typeof cookie.expires === 'string') cookie.expires = new Date(cookie.expires)
  return cookie
}

function untilDate(expires: unknown): number | null {
  return expires instanceof Date ? expires.valueOf() - Date.now() : null
}

/** Whether the record has koa-session's format. */
function isKoa({ _expire, _session }: KoaFields): boolean {
  return typeof _expire === 'number' || _session === true
}

/** Whether a record of koa-generic-session has a cookie. An app may have replaced its options by others, or by none. */
function hasOptions(record: { cookie?: unknown }): record is SessionData {
  return typeof record.cookie === 'object' && record.cookie !== null
}

/** Whether the key `cookie` is the cookie or the app's data: express-session's has a lifetime, koa-generic-session's has options. */
function isCookie(record: { cookie?: unknown }): record is SessionData {
  const { cookie } = record
  return typeof cookie === 'object' && cookie !== null && ['originalMaxAge', 'httpOnly', 'signed', 'maxAge'].some(name => name in cookie)
}

function readKoa(record: object, options: CookieOptions): SessionData {
  return readPlainKoa(record, options) ?? readAnyKoa(record, options)
}

/** Reads a record without names that were changed, and with an end: almost every one. */
function readPlainKoa(record: KoaFields, options: CookieOptions): SessionData | undefined {
  const { _expire, _maxAge } = record
  if (typeof _expire !== 'number' || !Number.isInteger(_maxAge) || (_maxAge as number) > LONGEST_LIFETIME || 'expires' in options)
    return undefined
  const session: Record<string | symbol, unknown> = {}
  for (const key of Object.keys(record)) {
    if (key === '_expire' || key === '_maxAge') continue
    const first = key.charCodeAt(0)
    if (first === UNDERSCORE || first === DOLLAR || key === 'cookie') return undefined
    session[key] = record[key as never]
  }
  session.cookie = readCookie({ originalMaxAge: _maxAge as number, expires: new Date(_expire) }, options)
  session[ENDS] = _expire
  return session as never
}

function readAnyKoa(record: object, options: CookieOptions): SessionData {
  const { _expire, _maxAge, _session, ...escaped } = record as KoaFields
  const data = COOKIE.escape(KOA_FIELDS.unescape(escaped))
  const cookie = new Cookie(options)
  // As browsers do with the invalid date that koa-session sends for it
  if (typeof _maxAge === 'number') cookie.maxAge = (_maxAge > LONGEST_LIFETIME ? null : _maxAge) as number
  else if (_session === true || _maxAge === null) cookie.maxAge = null
  if (_session === true) Object.assign(data, { [UNTIL_CLOSED]: true })
  if (typeof _expire !== 'number') return { ...data, cookie }
  if (lifetimeOf(cookie) !== null) cookie._expires = new Date(_expire)
  return { ...data, cookie, [ENDS]: _expire } as SessionData
}
