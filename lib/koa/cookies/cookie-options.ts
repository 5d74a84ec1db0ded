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
}
