import { Cookie, type CookieOptions } from '../core/cookie'
import type { SessionData } from '../core/session'
import { DAY, ENDS, type RecordShape } from '../payload/record-shape'

/** How a session of a Koa app looks at rest. All shapes read what any of them has written. */
export interface KoaShape extends RecordShape {
  read(record: object): SessionData
  write(session: SessionData): object
}

/** A record as it was at rest. */
export const RAW = Symbol('resession.raw')

/** What koa-session puts beside the data. */
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
  write(session) {
    const { originalMaxAge, expires, ...attributes } = (session.cookie as Cookie).toJSON()
    const cookie = { ...options, ...said(attributes), maxAge: originalMaxAge ?? undefined }
    return { cookie: originalMaxAge === null && expires ? { ...cookie, expires } : cookie, ...dataOf(session) }
  },
})

/** Of koa-session: the end is kept beside the data. */
const withExpiry: MakeShape = options => ({
  read: record => readAny(record, options),
  write(session) {
    const { originalMaxAge } = session.cookie
    const _expire = Date.now() + (originalMaxAge ?? DAY)
    return { ...dataOf(session), _expire, ...(originalMaxAge === null ? { _session: true } : { _maxAge: originalMaxAge }) }
  },
})

/** Of koa-session-store: nothing but the data, unless the cookie is another one than new ones are. */
const dataAlone: MakeShape = options => ({
  read: record => readAny(record, options),
  write(session) {
    const cookie = (session.cookie as Cookie).toJSON()
    const usual = { ...new Cookie(options).toJSON(), expires: cookie.expires }
    const isUsual = JSON.stringify(cookie) === JSON.stringify(usual)
    return isUsual ? dataOf(session) : { cookie, ...dataOf(session) }
  },
})

export const SHAPES = { cookie: withCookie, options: withOptions, expiry: withExpiry, data: dataAlone }

export type ShapeName = keyof typeof SHAPES

function said(values: object): object {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
}

function dataOf(session: SessionData): object {
  const { cookie: _, ...data } = { ...session }
  return data
}

function readAny(record: object, options: CookieOptions): SessionData {
  return Object.assign(readRecord(record, options), { [RAW]: record })
}

function readRecord(record: object, options: CookieOptions): SessionData {
  const { _expire, _maxAge, _session, ...data } = record as KoaFields & Partial<SessionData>
  if (_expire !== undefined || _session !== undefined) return readKoa(data, { _expire, _maxAge, _session }, options)
  // koa-generic-session keeps the options of its cookies, and apps may have made the rest
  const { originalMaxAge, maxAge, ...attributes } = (data.cookie ?? new Cookie(options).toJSON()) as Partial<SessionData['cookie']>
  const cookie = { ...options, ...attributes, originalMaxAge: originalMaxAge ?? maxAge ?? null }
  return { ...data, cookie } as SessionData
}

function readKoa(data: object, { _expire, _maxAge, _session }: KoaFields, options: CookieOptions): SessionData {
  const cookie = new Cookie(options)
  if (typeof _maxAge === 'number') cookie.maxAge = _maxAge
  else if (_session === true) cookie.maxAge = null
  if (typeof _expire !== 'number') return { ...data, cookie }
  if (cookie.originalMaxAge !== null) cookie._expires = new Date(_expire)
  return { ...data, cookie, [ENDS]: _expire } as SessionData
}
