import { DAY } from '../../cookie-store/record-format'

/** The lifetime of a session in milliseconds, or until the browser closes; undefined if none was set. */
export type Lifetime = number | 'session' | null | undefined

/** What decides about the lifetime of a session. */
interface Lived {
  /** The lifetime that the app has set in this request. As in koa-session it applies to the current `ctx.session`. */
  readonly lifetime: { readonly value: Lifetime } | undefined
  /** Whether a session of this request was read from a record. */
  readonly hasRead: boolean
  readonly settings: { readonly cookie: { readonly maxAge?: unknown } }
}

/** The value that was last set, else the option. A session without one is kept for a day, and returns a day after it was read. */
export function lifetimeOf({ lifetime, hasRead, settings }: Lived, originalMaxAge: number | null): Lifetime {
  if (lifetime) return lifetime.value
  if (originalMaxAge !== null) return originalMaxAge
  if (settings.cookie.maxAge !== undefined) return 'session'
  return hasRead ? DAY : undefined
}

/**
 * Gives a session a lifetime, which alone is no reason to save it.
 *
 * @throws TypeError unless it is a finite number, 'session', null or undefined
 */
export function setLifetime(
  { cookie, req }: { readonly cookie: { maxAge?: unknown }; readonly req: { lifetime: { readonly value: Lifetime } | undefined } },
  value: Lifetime,
): void {
  cookie.maxAge = maxAgeOf(value)
  req.lifetime = { value }
}

/**
 * @returns milliseconds; null for a cookie that ends with the browser
 * @throws TypeError unless it is a finite number, 'session', null or undefined
 */
export function maxAgeOf(value: Lifetime): number | null {
  // 0, NaN and undefined are one day to koa-session, so that `Math.min(maxAge, 60000)` of an undefined lifetime ends no session
  const ms = value === 'session' || value === null ? null : value || DAY
  if (ms === Infinity || ms === -Infinity) throw new TypeError('maxAge must be a finite number of milliseconds or "session"')
  return ms
}
