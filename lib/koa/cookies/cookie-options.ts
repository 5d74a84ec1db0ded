import type { CookieOptions } from '../../core/record/cookie'

/** The attributes of the cookie, and how Koa sets it. */
export interface KoaCookieOptions extends CookieOptions {
  /**
   * Signs the cookie with `app.keys`, in a second cookie whose name ends in `.sig`.
   *
   * @default true
   */
  signed?: boolean | undefined
  /**
   * Removes a cookie of the same name that was set earlier on this response.
   *
   * @default true
   */
  overwrite?: boolean | undefined
  /**
   * Passed to `ctx.cookies`, which encrypts the cookie in Egg, instead of signing it. Koa's own signs it. To encrypt sessions on Koa, use the option `seal`.
   *
   * @default false
   */
  encrypt?: boolean | undefined
}
