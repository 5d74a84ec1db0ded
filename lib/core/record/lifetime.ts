import { Cookie, type AnyCookie } from './cookie'
import type { Marks } from './reserved-key'
import type { SessionData } from './session-data'

/** The key of the end of a record whose cookie ends with the browser, in milliseconds since 1970. */
export const ENDS = Symbol('resession.ends')

/** In the past for every clock: a record with this expiry does not exist. */
export const EXPIRED = new Date(0)

/** RFC 6265bis section 5.5: browsers keep no cookie longer. In milliseconds. */
export const LONGEST_COOKIE = 400 * 86_400_000

/** In milliseconds: 31,000 years. `Number.MAX_SAFE_INTEGER`, for sessions without an end, is beyond all dates. */
export const LONGEST_LIFETIME = 1e15

/**
 * The lifetime in the cookie of a record, in milliseconds. A record may have any value there: express-session stores `false`, or nothing, for cookies that
 * end with the browser.
 *
 * @returns null unless it is a lifetime that a session can have
 */
export function possibleLifetime({ originalMaxAge }: Pick<AnyCookie, 'originalMaxAge'>): number | null {
  const isPossible = typeof originalMaxAge === 'number' && originalMaxAge > 0 && originalMaxAge <= LONGEST_LIFETIME
  return isPossible ? originalMaxAge : null
}

/** The limits of sessions, in milliseconds. `Infinity` is no limit. */
export interface Limits {
  /** The time without activity. */
  readonly idle: number
  /** The time since the last authentication. */
  readonly absolute: number
  /** The lifetime without an idle limit, if the cookie ends with the browser. */
  readonly otherwise: number
}

/**
 * The nearest end of a session, in milliseconds since 1970. With an idle limit, the end of the cookie is only that of the browser's copy.
 *
 * @param own end of the cookie; null if it ends with the browser
 * @param idleEnd if the idle time is not counted from now
 * @returns Infinity if it has no end
 */
export function nearestEnd(
  { a }: Marks,
  { idle, absolute, otherwise }: Limits,
  { now, own, idleEnd = now + idle }: { readonly now: number; readonly own: number | null; readonly idleEnd?: number | undefined },
): number {
  return Math.min(idle < Infinity ? idleEnd : (own ?? now + otherwise), a + absolute)
}

/**
 * Whether a session in the store has ended.
 *
 * @param end in the record, in milliseconds since 1970; undefined if it is not up to date
 */
export function isPastLimits(
  { a }: Marks,
  { idle, absolute }: Limits,
  { now, end }: { readonly now: number; readonly end?: number | undefined },
): boolean {
  return a + absolute <= now || (idle < Infinity && end !== undefined && end <= now)
}

/**
 * Whether an end is moved, if that takes a write of the whole record.
 *
 * @param least the smallest move, in milliseconds
 */
export function isDue(stored: number | undefined, end: number, least: number): boolean {
  return stored === undefined || (end > stored && end - stored >= least)
}

/** The latest end of a cookie, in milliseconds since 1970: the absolute end, or the longest time that browsers keep it. */
export function latestCookie({ a }: Marks, { absolute }: Limits, now: number): number {
  return Math.min(now + LONGEST_COOKIE, a + absolute)
}

/** The cookie, or a copy with the latest end that it may have. */
export function sendable(cookie: Cookie, marks: Marks, limits: Limits, now: number): Cookie {
  const latest = latestCookie(marks, limits, now)
  return Number(cookie.expires) > latest ? cookieUntil(cookie, latest) : cookie
}

/** A copy of a cookie with another end, and the same `originalMaxAge`. @param end Infinity for none */
export function cookieUntil(cookie: Cookie, end: number): Cookie {
  const copy = copyOf(cookie)
  copy._expires = end === Infinity ? null : new Date(end)
  return copy
}

/** Made by the constructor, so that it has the same hidden class as others: `Object.assign` to an object without fields takes ten times as long. */
function copyOf(cookie: Cookie): Cookie {
  if (Object.getPrototypeOf(cookie) !== Cookie.prototype)
    return Object.assign(Object.create(Object.getPrototypeOf(cookie) as object) as Cookie, cookie)
  return Object.assign(new Cookie(), cookie)
}

/** A key in the cookie of a record that was written by a touch. Every other write omits it, also one by express-session. */
export const TOUCHED = 'touched'

/** Whether a touch has written the cookie of a record. */
export function isTouched(cookie: unknown): boolean {
  return typeof cookie === 'object' && cookie !== null && TOUCHED in cookie
}

/**
 * Marks a cookie that is passed to a store's touch.
 *
 * @returns the same cookie
 */
export function markTouched(cookie: Cookie): Cookie {
  const toJSON = (): object => ({ ...cookie.data, [TOUCHED]: true })
  return Object.defineProperty(cookie, 'toJSON', { value: toJSON })
}

/** The end of a stored cookie in milliseconds since 1970. An invalid date is no end: stores pass it on, and express-session does not check it. */
export function endOfCookie(cookie: { readonly expires?: unknown } | undefined): number | undefined {
  const expires = cookie?.expires
  if (typeof expires !== 'string' && typeof expires !== 'number' && !(expires instanceof Date)) return undefined
  const time = new Date(expires).valueOf()
  return Number.isNaN(time) ? undefined : time
}

/** The end in a record, in milliseconds since 1970; undefined if it has none. */
export function dateOf(record: SessionData): number | undefined {
  const expires = (record as { [ENDS]?: number })[ENDS]
  return endOfCookie(expires === undefined ? record.cookie : { expires })
}

/** Whether a record says that it has expired. */
export function hasEnded(record: SessionData): boolean {
  return (dateOf(record) ?? Infinity) <= Date.now()
}

/** Whether a session has ended by its record. @param endsByRecord whether records always tell when their sessions end */
export function hasPassed({ endsByRecord }: { readonly endsByRecord?: boolean | undefined }, record: SessionData): boolean {
  return endsByRecord === true && hasEnded(record)
}
