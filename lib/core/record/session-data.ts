import { Cookie, type AnyCookie, type CookieOptions } from './cookie'

/** What a session holds, as stores get it. */
export interface SessionData {
  cookie: AnyCookie
}

/** The cookie of a record. */
export function cookieOf(record: SessionData): Cookie {
  // A record without a cookie is a TypeError here, worded by the engine as it is upstream
  const originalMaxAge: unknown = record.cookie.originalMaxAge
  const cookie = reviveCookie(record.cookie)
  cookie.originalMaxAge = asMaxAge(originalMaxAge)
  return cookie
}

/** A cookie of attributes that are plain data, as JSON has them. */
export function reviveCookie(data: AnyCookie): Cookie {
  const expires: unknown = data.expires
  const cookie = new Cookie(data as CookieOptions)
  if (typeof expires === 'string') cookie.expires = new Date(expires)
  return cookie
}

/** One whose cookie an app has made of plain data gets a cookie that lives. */
export function liveCookie<Data extends SessionData>(session: Data): Data {
  if (typeof (session.cookie as Cookie).serialize !== 'function') session.cookie = reviveCookie(session.cookie)
  return session
}

/** A lifetime of another type would pass here and throw at the end of the request, where `touch()` sets it. */
function asMaxAge(value: unknown): number | null {
  if (value && typeof value !== 'number') throw new TypeError('maxAge must be a number or Date')
  return value as number | null
}
