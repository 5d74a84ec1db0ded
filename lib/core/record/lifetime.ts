import type { Cookie } from './cookie'
import type { Marks } from './reserved-key'
import type { SessionData } from './session-data'

/** When a record ends whose cookie ends with the browser, in milliseconds since 1970. */
export const ENDS = Symbol('resession.ends')

/** RFC 6265bis section 5.5: browsers keep no cookie for longer. */
const LONGEST_COOKIE = 400 * 86_400_000

/** How long sessions live, in milliseconds. `Infinity` is no limit. */
export interface Limits {
  /** Without a request that counts as activity. */
  readonly idle: number
  /** Since the last authentication, whatever happens. */
  readonly absolute: number
  /** If there is no idle limit, and the cookie ends with the browser. */
  readonly otherwise: number
}

/**
 * When a session ends, in milliseconds since 1970: the nearest of its ends. With an idle limit, the end of the cookie is only the browser's.
 *
 * @param own end of the cookie; null if it ends with the browser
 * @param idleEnd if the limit is not counted from now
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
 * Whether a session that the store still has is over.
 *
 * @param end that the record says, in milliseconds since 1970; undefined if that is not up to date
 */
export function isOver(
  { a }: Marks,
  { idle, absolute }: Limits,
  { now, end }: { readonly now: number; readonly end?: number | undefined },
): boolean {
  return a + absolute <= now || (idle < Infinity && end !== undefined && end <= now)
}

/** Whether a later end is to be stored, if it costs a write of the whole record. @param least how far it has to move, in milliseconds */
export function isDue(stored: number | undefined, end: number, least: number): boolean {
  return stored === undefined || (end > stored && end - stored >= least)
}

/** When the cookie may last be sent, in milliseconds since 1970: it never outlives the absolute limit, and no browser keeps it for longer. */
export function latestCookie({ a }: Marks, { absolute }: Limits, now: number): number {
  return Math.min(now + LONGEST_COOKIE, a + absolute)
}

/** A copy of a cookie with another end, and the same `originalMaxAge`. @param end Infinity for none */
export function cookieUntil(cookie: Cookie, end: number): Cookie {
  const copy = Object.assign(Object.create(Object.getPrototypeOf(cookie) as object) as Cookie, cookie)
  copy._expires = end === Infinity ? null : new Date(end)
  return copy
}

/** A key in the cookie of a record that a touch has written. What writes the cookie otherwise, express-session too, leaves it out. */
export const TOUCHED = 'touched'

/** Marks a cookie that is given to a store with a touch. @returns the same cookie */
export function markTouched(cookie: Cookie): Cookie {
  const toJSON = (): object => ({ ...cookie.data, [TOUCHED]: true })
  return Object.defineProperty(cookie, 'toJSON', { value: toJSON })
}

/** When a record ends by its own account, in milliseconds since 1970; undefined if it does not say. */
export function dateOf(record: SessionData): number | undefined {
  const ends = (record as { [ENDS]?: number })[ENDS] ?? (record.cookie as SessionData['cookie'] | undefined)?.expires
  const time = ends == null ? NaN : new Date(ends).valueOf()
  return Number.isNaN(time) ? undefined : time
}
