import { Cookie } from './cookie'
import { cookieUntil, EXPIRED } from './lifetime'
import { marksIn } from './marks'
import { sealMove } from './moved'
import { MARKS } from './reserved-key'
import { cookieOf, type SessionData } from './session-data'

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
  return { cookie: cookieUntil(cookieOf(record), until), [MARKS]: { ...marks, m } } as SessionData
}

/** A record that does not exist for any store, because its end has passed. A conditional write of it ends a session. */
export function expiredRecord(): SessionData {
  const cookie = new Cookie()
  cookie.expires = EXPIRED
  return { cookie }
}
