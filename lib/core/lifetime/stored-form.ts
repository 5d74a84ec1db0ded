import { cookieUntil, markTouched } from '../record/lifetime'
import type { Cookie } from '../record/cookie'
import type { Data } from '../record/merge'
import { MARKS, withoutMarks } from '../record/reserved-key'
import { dataIn } from '../record/session-view'
import type { Session } from '../session/session'
import { asStored, copyOf } from '../session/stored-session'
import { keepsEnds, marksTouches, type Living } from './limits'

/** Values that replace the session's own. */
interface Other {
  readonly data?: Data
  readonly cookie?: Cookie
  readonly id?: string
}

/** The session as the store gets it: with the marks, and with the nearest of its ends if there are limits. */
export function storedForm(exchange: Living, session: Session, other?: Other): Session {
  const { lifetime, settings, generated } = exchange
  const data = other?.data ?? (dataIn(session) as Data)
  const { cookie = session.cookie as Cookie, id = session.id } = other ?? {}
  const marks = lifetime?.marksFor(session.id, data)
  if (!lifetime || !marks) return other ? copyOf(session, data, cookie, id) : asStored(exchange.port, session)
  if (generated === id) lifetime.creating(id)
  const own = withoutMarks(data)
  own[MARKS] = marks
  const ended = settings.lifetime ? cookieUntil(cookie, lifetime.endOf(session.id, cookie, keepsEnds(exchange))) : cookie
  return copyOf(session, own, ended, id)
}

/** The session as the store gets it for a touch. */
export function touchedForm(exchange: Living, session: Session): Session {
  const stored = storedForm(exchange, session)
  if (stored.cookie !== session.cookie && marksTouches(exchange)) markTouched(stored.cookie as Cookie)
  return stored
}
