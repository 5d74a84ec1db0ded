import { type CookieData, isAlike } from '../../core/record/cookie'
import type { CookieDue } from '../../core/request/commit'

/** The cookie that a client has last been sent. */
export interface SentCookie extends Pick<CookieDue, 'plan' | 'value'> {
  readonly cookie: CookieData
}

/** Whether the client already has this cookie. */
export function isSame({ plan, value, cookie }: CookieDue, sent: SentCookie | undefined): boolean {
  if (sent?.plan !== plan || sent.value !== value || !isAlike(sent.cookie, cookie)) return false
  return cookie.expires?.valueOf() === sent.cookie.expires?.valueOf()
}
