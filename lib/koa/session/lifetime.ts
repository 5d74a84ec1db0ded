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
 * @param value of an app in JavaScript, which may be a number as text: that of an environment variable
 * @returns milliseconds; null for a cookie that ends with the browser
 * @throws TypeError unless it is a finite number, 'session', null or undefined
 */
export function maxAgeOf(value: unknown): number | null {
  if (value === 'session' || value === null) return null
  const isNumeric = typeof value === 'string' && !Number.isNaN(Number(value))
  // 0, NaN and undefined are one day to koa-session, so that `Math.min(maxAge, 60000)` of an undefined lifetime ends no session
  const ms: unknown = (isNumeric ? Number(value) : value) || DAY
  if (!Number.isFinite(ms)) throw new TypeError('maxAge must be a finite number of milliseconds or "session"')
  return ms as number
}

/**
 * When a cookie expires, as an app in JavaScript may have written it.
 *
 * @returns an Invalid Date, with which no cookie can be sent, for a value that is no date
 */
export function dateOf(value: unknown): Date | null {
  if (value instanceof Date) return value
  return value ? new Date(value as string | number) : null
}
