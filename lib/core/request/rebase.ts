import { isDeepStrictEqual } from 'node:util'
import type { AnyCookie, Cookie, CookieData } from '../record/cookie'
import { publish } from '../diagnostics/channels'
import type { ExchangeState } from './exchange-state'
import { serializeData } from '../record/serialize-data'
import type { Base } from '../record/snapshot'
import type { Host, Session } from '../session/session'
import { merge, mergeAttributes, type Data, type Side } from '../record/merge'
import { cookieOf, type SessionData } from '../record/session-data'

/** @param text of the exchange's data. @param values of both sides, where not JSON's copies of them are wanted */
export function mergeWith(base: Base, text: string, record: SessionData, values: Record<Side, Data>): Data {
  const [began, mine, fresh] = [dataOf(base.text), dataOf(text), dataOf(serializeData(record))]
  const { sides, conflicts } = merge(began, mine, fresh)
  if (!isDeepStrictEqual(began, fresh)) publish('merged')
  if (conflicts.length > 0) publish('conflict', { keys: conflicts })
  // Not by assignment, under which `__proto__` is no key
  return Object.fromEntries(Array.from(sides, ([key, side]) => [key, values[side][key]]))
}

export function dataOf(text: string): Data {
  return JSON.parse(text) as Data
}

/**
 * What becomes of the session's cookie while others set it: theirs, where the exchange left it as it was.
 *
 * @returns whether there is a session to set it for
 */
export function adoptOthersCookie<H extends Host>({ holder: { transaction } }: ExchangeState<H>, session: Session): boolean {
  if (transaction?.id !== session.id) return true
  const { base, active } = transaction
  if (base && active.cookie && !transaction.isCurrent) mergeCookie(session, base, active as { cookie: AnyCookie })
  return !transaction.isEnded
}

/** What others have set of a cookie's attributes, and I have not. The lifetime among them, which begins now. */
export function mergeCookie(session: Session, base: Base, { cookie: fresh }: Pick<SessionData, 'cookie'>): void {
  const cookie = session.cookie as Cookie
  const merged = mergeAttributes(cookieDataOf(base), cookie.data, cookieDataOf({ cookie: fresh }))
  const { expires: _, originalMaxAge, ...attributes } = merged
  for (const [name, value] of Object.entries(attributes)) {
    if (cookie[name as keyof typeof attributes] !== value) Object.assign(cookie, { [name]: value })
  }
  if (originalMaxAge !== cookie.originalMaxAge) cookie.maxAge = originalMaxAge
}

/** Of a cookie as records have it, with what ours would be. */
function cookieDataOf({ cookie }: Pick<SessionData, 'cookie'>): CookieData {
  return cookieOf({ cookie }).data
}
