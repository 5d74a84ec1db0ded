import { Cookie } from './cookie'
import { cookieUntil, EXPIRED } from './lifetime'
import { marksIn } from './marks'
import { sealMove } from './moved'
import { MARKS } from './reserved-key'
import { validCookieOf, type SessionData } from './session-data'

/**
 * The record of an ID whose session was replaced by one that kept nothing. The end of the old record does not matter: touches may have moved only an end
 * that the store keeps elsewhere.
 *
 * @returns undefined without marks
 */
export function emptied(id: string, record: SessionData, grace: number): SessionData | undefined {
  const marks = marksIn(record)
  if (!marks) return undefined
  const until = Date.now() + grace
  const m = sealMove(id, { isByAge: false, until })
  return { cookie: cookieUntil(validCookieOf(record) ?? new Cookie(), until), [MARKS]: { ...marks, m } } as SessionData
}

/** How long the record of a renewed ID can be read, in milliseconds, if it is not removed. */
const LONGEST_REMOVAL = 60_000

/**
 * The record of an ID that has been renewed without a grace, until it is removed. No request finds a session in it. If the reply to its write is lost, it
 * tells that the write was made: a logout leaves no record.
 *
 * @param to the new ID
 */
export function renewedRecord(id: string, to: string): SessionData {
  const m = sealMove(id, { to, isByAge: false, until: 0 })
  return { cookie: cookieUntil(new Cookie(), Date.now() + LONGEST_REMOVAL), [MARKS]: { c: 0, a: 0, h: '', m } } as SessionData
}

/** A record that does not exist for any store, because its end has passed. A conditional write of it ends a session. */
export function expiredRecord(): SessionData {
  const cookie = new Cookie()
  cookie.expires = EXPIRED
  return { cookie }
}
