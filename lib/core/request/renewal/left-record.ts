import { Cookie } from '../../record/cookie'
import { cookieUntil } from '../../record/lifetime'
import { marksIn } from '../../record/marks'
import type { Data } from '../../record/merge'
import { inBoth, sealMove, type Move } from '../../record/moved'
import { MARKS } from '../../record/reserved-key'
import { validCookieOf, type SessionData } from '../../record/session-data'
import type { Session } from '../../session/session'
import { copyOf } from '../../session/stored-session'
import type { ExchangeState } from '../exchange-state'

/** A session that gets a new ID. */
interface Renewed {
  readonly session: Session
  /** Its record, which may not have been stored. */
  readonly before: SessionData | undefined
  /** The data of the new record. */
  readonly after: Data
}

/**
 * The record that an old ID has during the grace. It has what the new session has kept unchanged, so that it gives no right that the new one lacks. It does
 * not end with the old record: touches may have moved only an end that the store keeps elsewhere. After the new session has ended, it shows nothing.
 *
 * @returns undefined without a grace
 */
export function leftRecord(
  { settings, lifetime }: ExchangeState,
  { session, before, after }: Renewed,
  move: Omit<Move, 'until'>,
): Session | undefined {
  const grace = settings.lifetime?.grace ?? 0
  // As they were before this request, which may have changed the user
  const marks = grace > 0 && before ? (marksIn(before) ?? lifetime?.marksOf(session.id)) : undefined
  if (!before || !marks) return undefined
  const until = Date.now() + grace
  const data = { ...inBoth(before as unknown as Data, after), [MARKS]: { ...marks, m: sealMove(session.id, { ...move, until }) } }
  return copyOf(session, data, cookieUntil(validCookieOf(session) ?? new Cookie(), until))
}
