import { type CookieData, isAlike } from '../../core/record/cookie'
import type { CookieDue } from '../../core/request/commit'

/** The cookie that a client has last been sent. */
export interface Told extends Pick<CookieDue, 'plan' | 'value'> {
  readonly cookie: CookieData
}

/** Whether the client already has this cookie. */
export function isSame({ plan, value, cookie }: CookieDue, told: Told | undefined): boolean {
  if (told?.plan !== plan || told.value !== value || !isAlike(told.cookie, cookie)) return false
  return cookie.expires?.valueOf() === told.cookie.expires?.valueOf()
}
