import { cookieUntil, markTouched } from '../record/lifetime'
import type { Cookie } from '../record/cookie'
import type { Data } from '../record/merge'
import { marksIn } from '../record/marks'
import { isPending, withoutPending } from '../record/pending'
import { APART, MARKS, withoutMarks, type Marks } from '../record/reserved-key'
import type { SessionData } from '../record/session-data'
import { dataIn } from '../record/session-view'
import type { Session } from '../session/session'
import { asStored, copyOf } from '../session/stored-session'
import { keepsEnds, marksTouches, type LifetimeContext } from './limits'
import type { SessionLifetime } from './session-lifetime'

/** Values that replace the session's own. */
interface Other {
  readonly data?: Data
  readonly cookie?: Cookie
  readonly id?: string
}

/** The session as the store gets it: with the marks, and with the nearest of its ends if there are limits. */
export function storedForm(exchange: LifetimeContext, session: Session, other?: Other): SessionData {
  const { lifetime } = exchange
  const data = withoutForgedMove(exchange, other?.data ?? (dataIn(session) as Data))
  const marks = lifetime?.marksFor(session.id, data)
  return lifetime && marks
    ? markedForm(exchange, session, { lifetime, marks, ...other, data })
    : unmarkedForm(exchange, session, other, data)
}

/** With hashed IDs, a record with data in the form of a pending move would not be read as a session. */
function withoutForgedMove({ storeClient }: LifetimeContext, data: Data): Data {
  return storeClient.keys.mode && isPending(data) ? withoutPending(data) : data
}

interface Marking extends Other {
  readonly data: Data
  readonly lifetime: SessionLifetime
  readonly marks: Marks
}

function markedForm(exchange: LifetimeContext, session: Session, marking: Marking): SessionData {
  const { lifetime, marks, data, cookie = session.cookie as Cookie, id = session.id } = marking
  if (exchange.generated === id) lifetime.creating(id)
  const ended = exchange.settings.lifetime ? cookieUntil(cookie, lifetime.endOf(session.id, cookie, keepsEnds(exchange))) : cookie
  const issued = id === session.id ? marks : lifetime.issued(marks)
  const isOfApp = MARKS in data
  const own = isOfApp ? withoutMarks(data) : data
  // A synchronous store is one of this package, and needs no session
  if (exchange.storeClient.answersAtOnce) return { ...own, cookie: ended, [isOfApp ? MARKS : APART]: issued } as SessionData
  return Object.assign(copyOf(session, own, ended, id), { [MARKS]: issued })
}

/** Without marks of the library. Data in their form was sent by a client: a process with limits would take it for marks. */
function unmarkedForm(exchange: LifetimeContext, session: Session, other: Other | undefined, data: Data): Session {
  const isForged = marksIn(data) !== undefined
  if (!other && !isForged && data === dataIn(session)) return asStored(exchange.storeClient, session)
  return copyOf(session, isForged ? withoutMarks(data) : data, other?.cookie ?? (session.cookie as Cookie), other?.id)
}

/** The session as the store gets it for a touch. @param data the stored data, if another request has changed them */
export function touchedForm(exchange: LifetimeContext, session: Session, data?: Data): SessionData {
  const stored = storedForm(exchange, session, data && { data })
  if (stored.cookie !== session.cookie && marksTouches(exchange)) markTouched(stored.cookie as Cookie)
  return stored
}
