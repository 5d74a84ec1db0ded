import { publish } from '../../diagnostics/channels'
import { isGone } from '../../errors/store-errors'
import type { Callback } from '../../../primitives/callbacks'
import { separate } from '../../record/marks'
import type { Base, Read } from '../../record/snapshot'
import { dataIn, viewOf } from '../../record/session-view'
import { sessionOf, type Session } from '../../session/session'
import type { ExchangeState } from '../exchange-state'
import { findMoved, type Whereabouts } from './whereabouts'

/**
 * Continues a request under the new ID of its session, if another request has renewed the ID meanwhile. What the handler has changed is merged with the
 * session of the new ID when it is saved.
 *
 * @param done receives the session under its new ID; nothing if the session has ended, or its user may have changed
 */
export function follow(exchange: ExchangeState, session: Session, done: (err?: unknown, followed?: Session) => void): void {
  const { storeClient, host } = exchange
  if (storeClient.grace.ms === 0 || host.session !== session) return done()
  storeClient.get(session.id, (err, record) => {
    if (err || !record) return done(err)
    let read: Read
    try {
      read = separate({ record, moment: undefined })
    } catch (unreadable) {
      return done(unreadable)
    }
    if (read.marks?.m == null) return done()
    findMoved(exchange, session.id, read, (err, found) => {
      if (err || !found?.current || host.session !== session) return done(err)
      done(undefined, adopt(exchange, session, found.current))
    })
  })
}

function adopt(exchange: ExchangeState, session: Session, { id, read }: NonNullable<Whereabouts['current']>): Session {
  const { host, changes, lifetime, storeClient } = exchange
  const base = baseOf(exchange, session)
  host.sessionID = id
  const after = sessionOf(host, { ...dataIn(session) })
  after.cookie = session.cookie
  host.session = after
  viewOf(after)?.succeed(session)
  exchange.cookie = after.cookie
  exchange.redirect(id)
  changes.redirect(session.id, id)
  lifetime?.read(id, read)
  // Not the version: the next save merges
  if (base) exchange.requestLifetime.on(id, storeClient).wrote({ text: base.text, cookie: base.cookie }, false)
  return after
}

/** The record that the changes of a request are measured against: the one that it has read or written last, or that it began with. */
export function baseOf({ requestLifetime: { transaction }, changes }: ExchangeState, { id }: Session): Base | undefined {
  return (transaction?.id === id ? transaction.base : undefined) ?? (changes.known?.id === id ? changes.known : undefined)
}

/**
 * The callback of a call that fails with `ERR_SESSION_NOT_FOUND` if the session has ended, or has moved: then the call is made again for the new ID.
 *
 * @param again makes it
 */
export function orFollow(
  exchange: ExchangeState,
  session: Session,
  done: Callback,
  again: (followed: Session, done: Callback) => void,
): Callback {
  if (exchange.storeClient.grace.ms === 0) return done
  return err => {
    if (!isGone(err)) return done(err)
    follow(exchange, session, (failed, followed) => (followed ? again(followed, done) : done(failed ?? err)))
  }
}

/** The callback of a save, which is dropped without an error if the session has ended. */
export function orDropped(done: Callback): Callback {
  return err => {
    if (!isGone(err)) return done(err)
    publish('interrupted')
    done()
  }
}
