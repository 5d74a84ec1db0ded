import { Cookie, type CookieOptions } from '../../core/record/cookie'
import type { SessionData } from '../../core/record/session-data'
import { DAY, ENDS, UNTIL_CLOSED, type RecordShape } from '../../cookie-store/record-format'
import type { KoaHost } from '../session/carried-session'
import { COOKIE, OwnedNames } from '../session/owned-names'
import { optionsOf } from '../session/plain-session'

/** How a session of a Koa app looks at rest. All shapes read what any of them has written. */
export interface KoaShape extends RecordShape {
  read(record: object): SessionData
  write(session: SessionData): object
}

/** A record as it was at rest. */
export const RAW = Symbol('resession.raw')

/** What koa-session puts beside the data. */
const KOA_FIELDS = new OwnedNames('_expire', '_maxAge', '_session')

interface KoaFields {
  readonly _expire?: unknown
  readonly _maxAge?: unknown
  readonly _session?: unknown
}

/** @param options of new cookies */
export type MakeShape = (options: CookieOptions) => KoaShape

/** Of express-session: the cookie is one of the keys. */
const withCookie: MakeShape = options => ({
  read: record => readAny(record, options),
  write: session => ({ cookie: (session.cookie as Cookie).toJSON(), ...dataOf(session) }),
})

/** Of koa-generic-session and koa-session-ts themselves, whose cookies are options. @param options with `signed` and `overwrite` */
const withOptions: MakeShape = options => ({
  read: record => readAny(record, options),
  write: session => ({ cookie: optionsOf(session.cookie as Cookie, options), ...dataOf(session) }),
})

/** Of koa-session: the end is kept beside the data, of which `cookie` may be one. */
const withExpiry: MakeShape = options => ({
  read: record => (isKoa(record) ? marked(readKoa(record, options), record) : readAny(record, options)),
  write(session) {
    const { originalMaxAge } = session.cookie
    const _expire = Date.now() + (originalMaxAge ?? DAY)
    const data = KOA_FIELDS.escape(COOKIE.unescape(dataOf(session)))
    return { ...data, _expire, ...(isUntilClosed(session) ? { _session: true } : { _maxAge: originalMaxAge }) }
  },
})

/** Of koa-session-store: nothing but the data, unless the cookie is another one than new ones are. */
const dataAlone: MakeShape = options => ({
  read: record => readAny(record, options),
  write(session) {
    const cookie = (session.cookie as Cookie).toJSON()
    const usual = { ...new Cookie(options).toJSON(), expires: cookie.expires }
    const data = COOKIE.unescape(dataOf(session))
    const isUsual = JSON.stringify(cookie) === JSON.stringify(usual)
    // Data that look like a record of another form are told from it by the cookie
    return isUsual && !isKoa(data) && !isCookie(data) ? data : { cookie, ...dataOf(session) }
  },
})

/** To koa-session a session that ends with the browser is another one than a session that was given no lifetime. */
function isUntilClosed(session: SessionData & { readonly req?: KoaHost }): boolean {
  const { lifetime, settings } = session.req ?? {}
  return session.cookie.originalMaxAge === null && (lifetime?.value === 'session' || settings?.cookie.maxAge === null)
}

export const SHAPES = { cookie: withCookie, options: withOptions, expiry: withExpiry, data: dataAlone }

export type ShapeName = keyof typeof SHAPES

function dataOf(session: SessionData): object {
  const { cookie: _, ...data } = { ...session }
  return data
}

function readAny(record: object, options: CookieOptions): SessionData {
  return marked(readRecord(record, options), record)
}

function marked(session: SessionData, record: object): SessionData {
  return Object.assign(session, { [RAW]: record })
}

function readRecord(record: object, options: CookieOptions): SessionData {
  if (isCookie(record)) {
    // koa-generic-session keeps the options of its cookies, and apps may have made the rest
    const { originalMaxAge, maxAge, ...attributes } = record.cookie
    const cookie = { ...options, ...attributes, originalMaxAge: originalMaxAge ?? maxAge ?? null }
    return { ...record, cookie } as SessionData
  }
  if (isKoa(record)) return readKoa(record, options)
  return { ...COOKIE.escape(record), cookie: new Cookie(options).toJSON() } as SessionData
}

/** Whether it is koa-session's. */
function isKoa({ _expire, _session }: KoaFields): boolean {
  return typeof _expire === 'number' || _session === true
}

/** Whether the key `cookie` is the cookie, and not the app's: express-session's has a lifetime, koa-generic-session's the options. */
function isCookie(record: { cookie?: unknown }): record is SessionData {
  const { cookie } = record
  return typeof cookie === 'object' && cookie !== null && ['originalMaxAge', 'httpOnly', 'signed', 'maxAge'].some(name => name in cookie)
}

function readKoa(record: object, options: CookieOptions): SessionData {
  const { _expire, _maxAge, _session, ...escaped } = record as KoaFields
  const data = COOKIE.escape(KOA_FIELDS.unescape(escaped))
  const cookie = new Cookie(options)
  if (typeof _maxAge === 'number') cookie.maxAge = _maxAge
  else if (_session === true || _maxAge === null) cookie.maxAge = null
  if (_session === true) Object.assign(data, { [UNTIL_CLOSED]: true })
  if (typeof _expire !== 'number') return { ...data, cookie }
  if (cookie.originalMaxAge !== null) cookie._expires = new Date(_expire)
  return { ...data, cookie, [ENDS]: _expire } as SessionData
}
