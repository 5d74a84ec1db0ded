import type { AnyCookie, Cookie, CookieData } from '../record/cookie'
import { publish } from '../diagnostics/channels'
import type { ExchangeState } from './exchange-state'
import type { Base } from '../record/snapshot'
import type { Session } from '../session/session'
import { mergeAttributes, type Data } from '../record/merge'
import { endOfCookie } from '../record/lifetime'
import type { RecordDraft } from '../record/record-draft'
import { cookieOf, type SessionData } from '../record/session-data'

/**
 * Applies what a request has changed since `base` to the stored record.
 *
 * @param text of the request's data. @param values of that data, as they are to be stored
 */
export function rebase(draft: RecordDraft, base: Base, text: string, values: Data): void {
  const began = dataOf(base.text)
  const isMerged = draft.differsFrom(began)
  const conflicts = draft.apply(began, dataOf(text), values)
  if (isMerged) publish('merged')
  if (conflicts.length > 0) publish('conflict', { keys: conflicts })
}

/** The request goes on with this object of its session. What another one has stored meanwhile is then to be merged, like the save of another request. */
export function turnTo({ changes, requestLifetime: { transaction } }: ExchangeState, session: Session): void {
  if (!changes.turnTo(session) || transaction?.id !== session.id || !transaction.base) return
  const base = changes.baseOf(session)
  if (base.text !== transaction.base.text || base.cookie !== transaction.base.cookie) transaction.wrote(base, false)
}

/** The data in the text of `serializeData`. */
export function dataOf(text: string): Data {
  return JSON.parse(text) as Data
}

/**
 * Before the cookie is sent, takes over attributes that other requests have changed and this one has not.
 *
 * @returns whether the session still exists
 */
export function adoptOthersCookie({ requestLifetime: { transaction } }: ExchangeState, session: Session): boolean {
  if (transaction?.id !== session.id) return true
  const { base, active } = transaction
  if (base && active.cookie && !transaction.isCurrent) mergeCookie(session, base, active as { cookie: AnyCookie })
  return !transaction.isEnded
}

/** Takes over attributes that other requests have changed and this one has not, and an end that they have moved. A changed lifetime restarts now. */
export function mergeCookie(session: Session, base: Base, { cookie: fresh }: Pick<Base, 'cookie'>): void {
  const cookie = session.cookie as Cookie
  const merged = mergeAttributes(cookieDataOf(base), cookie.data, cookieDataOf({ cookie: fresh }))
  const { expires: _, originalMaxAge, ...attributes } = merged
  for (const [name, value] of Object.entries(attributes)) {
    if (cookie[name as keyof typeof attributes] !== value) Object.assign(cookie, { [name]: value })
  }
  if (originalMaxAge !== cookie.originalMaxAge) cookie.maxAge = originalMaxAge
  else if (cookie.expires && originalMaxAge === fresh.originalMaxAge) {
    cookie._expires = new Date(Math.max(Number(cookie.expires), endOfCookie(fresh) ?? 0))
  }
}

/** The attributes of a record's cookie, with the defaults. */
function cookieDataOf({ cookie }: Pick<Base, 'cookie'>): CookieData {
  return cookieOf({ cookie } as SessionData).data
}
