import { type CookieData, isAlike } from '../../core/record/cookie'
import type { CookieDue } from '../../core/request/commit'

/** What a client has been told. */
export interface Told extends Pick<CookieDue, 'plan' | 'value'> {
  readonly cookie: CookieData
}

/** Whether a client that has been told this needs to be told nothing more. */
export function isSame({ plan, value, cookie }: CookieDue, told: Told | undefined): boolean {
  if (told?.plan !== plan || told.value !== value || !isAlike(told.cookie, cookie)) return false
  return cookie.expires?.valueOf() === told.cookie.expires?.valueOf()
}
