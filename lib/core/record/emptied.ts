import { Cookie } from './cookie'
import { cookieUntil, dateOf, EXPIRED } from './lifetime'
import { marksIn } from './marks'
import { sealMove } from './moved'
import { MARKS } from './reserved-key'
import { cookieOf, type SessionData } from './session-data'

/** The record of an ID whose session was replaced by one that kept nothing. @returns undefined without marks */
export function emptied(id: string, record: SessionData, grace: number): SessionData | undefined {
  const marks = marksIn(record)
  if (!marks) return undefined
  const until = Date.now() + grace
  const m = sealMove(id, { isByAge: false, until })
  const cookie = cookieUntil(cookieOf(record), Math.min(until, dateOf(record) ?? Infinity))
  return { cookie, [MARKS]: { ...marks, m } } as SessionData
}

/** A record that does not exist for any store, because its end has passed. A conditional write of it ends a session. */
export function expiredRecord(): SessionData {
  const cookie = new Cookie()
  cookie.expires = EXPIRED
  return { cookie }
}
