import { reasonOf, type Callback } from '../../primitives/callbacks'
import { shownOf } from '../record/session-view'
import type { Session } from '../session/session'
import { isEnded } from '../session/session-end'
import { logIn, type Store } from './login'
import { placeOf } from './records'
import { departing } from './logout'
import { userIn, wasDropped, type UserContext } from './user-of'

/**
 * Before a session is saved: if its user has changed, it becomes one of the sessions of that user, or leaves those of the earlier user.
 *
 * @param act stores the session
 */
export function bind(exchange: UserContext, session: Session, done: Callback, act: Store): void {
  const { lifetime, settings } = exchange
  const { users } = settings
  if (!users) return act(done)
  let user: string | undefined
  try {
    user = userIn(shownOf(session), users)
  } catch (err) {
    return done(reasonOf(err, 'userId'))
  }
  const before = lifetime?.marksOf(session.id)
  // A login that was revoked does not begin again at the end of the request: it would evict others
  if (wasDropped(exchange, session.id)) return act(done)
  if (!before || before.u === user || isEnded(session) || !lifetime?.keepsMarks(session.id)) return act(done)
  become(exchange, session, { user, id: session.id }, done, act)
}

/** What a session becomes. */
export interface Next {
  readonly user: string | undefined
  /** Under which it is stored. */
  readonly id: string
}

/** Stores a session with another user than before. */
export function become(exchange: UserContext, session: Session, next: Next, done: Callback, act: Store): void {
  const before = exchange.lifetime?.marksOf(session.id)
  if (before?.u === undefined) return changeUser(exchange, session, next, done, act)
  const place = placeOf(exchange, before.u)
  departing(place, { handle: before.h, key: exchange.storeClient.keys.of(session.id) }, (err, leave) => {
    if (err || !leave) return done(err)
    const left: Callback = err => (err || wasDropped(exchange, next.id) ? done(err) : leave(done))
    changeUser(exchange, session, next, left, act)
  })
}

function changeUser(exchange: UserContext, session: Session, { user, id }: Next, done: Callback, act: Store): void {
  if (user !== undefined) return logIn(exchange, session, { user, id }, done, act)
  const settle = exchange.lifetime?.bind(session.id, undefined)
  act(err => {
    settle?.(!err)
    done(err)
  })
}
