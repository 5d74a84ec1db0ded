import { Cookie, type AnyCookie, type CookieOptions } from './cookie'

/** The content of a session, as stores get it. */
export interface SessionData {
  cookie: AnyCookie
}

/** Whether a record has no data. */
export function isEmpty(record: object | null | undefined): boolean {
  return Object.keys(record ?? {}).every(key => key === 'cookie')
}

/**
 * What a store returned as a record. The result is an object whose cookie is an object, unless that is missing or invalid: then a session cannot be made
 * of it, which is an error of the request.
 */
export function asRecord(given: unknown): SessionData {
  if (typeof given !== 'object' || given === null) return {} as SessionData
  const { cookie } = given as { readonly cookie?: unknown }
  // The constructor of a cookie takes `false` and 0 for no options
  return cookie || cookie === undefined || cookie === null ? (given as SessionData) : { ...given, cookie: {} as AnyCookie }
}

/** The cookie of a record; undefined if it is invalid. */
export function validCookieOf(record: SessionData): Cookie | undefined {
  try {
    return cookieOf(record)
  } catch {
    return undefined
  }
}

/**
 * The cookie of a record.
 *
 * @throws TypeError for an invalid one
 */
export function cookieOf(record: SessionData): Cookie {
  // A record without a cookie throws a TypeError here, with the same message as in express-session
  const originalMaxAge: unknown = record.cookie.originalMaxAge
  const cookie = reviveCookie(record.cookie)
  cookie.originalMaxAge = asMaxAge(originalMaxAge)
  return cookie
}

/** A cookie from plain data, as JSON has them. */
export function reviveCookie(data: AnyCookie): Cookie {
  const expires: unknown = data.expires
  const cookie = new Cookie(data as CookieOptions)
  if (typeof expires === 'string') cookie.expires = new Date(expires)
  return cookie
}

/** Converts a cookie that an app has replaced by plain data. */
export function liveCookie<Data extends SessionData>(session: Data): Data {
  if (typeof (session.cookie as Cookie).serialize !== 'function') session.cookie = reviveCookie(session.cookie)
  return session
}

/** Checks the lifetime here. `touch()` would throw for another type only at the end of the request. */
function asMaxAge(value: unknown): number | null {
  if (value && typeof value !== 'number') throw new TypeError('maxAge must be a number or Date')
  return value as number | null
}
