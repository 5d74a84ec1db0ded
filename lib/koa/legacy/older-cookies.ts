import { DAY } from '../../cookie-store/record-format'
import type { KoaCookieOptions } from '../cookies/cookie-options'

/** Options of `ctx.cookies` that only its older versions document. */
interface OlderCookieOptions extends KoaCookieOptions {
  maxage?: number | null
  secureProxy?: boolean
}

/** Converts the older spelling. A lifetime that is undefined is the usual one. `secureProxy` is left out: it would be Secure over any connection. */
export function cookieOf({ maxage, secureProxy: _, ...given }: OlderCookieOptions): KoaCookieOptions {
  const cookie: KoaCookieOptions = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  return { ...cookie, ...(maxage && { maxAge: maxage }) }
}

/** As `cookieOf`; but to koa-session-ts a lifetime that is undefined is none. */
export function tsCookieOf(given: OlderCookieOptions): KoaCookieOptions {
  // A date counts, although there is a default lifetime
  const hasLifetime = 'maxAge' in given || 'maxage' in given || Boolean(given.expires)
  const own = { ...(hasLifetime && { maxAge: undefined }), ...(given.secureProxy && { secure: undefined }) }
  return { ...TS_COOKIE, signed: false, ...own, ...cookieOf(given) }
}

/** The defaults of koa-session-ts. */
export const TS_COOKIE: KoaCookieOptions = { httpOnly: true, maxAge: DAY, overwrite: true, path: '/', secure: false, signed: true }

/**
 * To the older middlewares, as to the package that sets their cookies, a lifetime that is 0, false or an empty text is none: the cookie ends with the
 * browser. An `expires` that is one of these is not given.
 *
 * @param usual the defaults of the cookie
 */
export function withLifetime(own: KoaCookieOptions, usual: KoaCookieOptions | undefined): KoaCookieOptions {
  // In the app's order, in which they are shown; for koa-session-ts in the order of its defaults
  const { expires, ...given } = { ...own, ...usual, ...own }
  // The last one counts: a lifetime of the app, as in the older middlewares, but no default
  const cookie = expires && !own.maxAge ? { ...given, expires } : given
  const { maxAge, ...others } = cookie
  if (!isNone(maxAge)) return cookie
  return usual?.maxAge === undefined ? others : { ...cookie, maxAge: null }
}

function isNone(lifetime: unknown): boolean {
  return lifetime === 0 || lifetime === false || lifetime === ''
}
