import { endAnnounced, holdCreated, type Ending } from '../events/announce'
import { save } from './save'
import { hasOwnRegenerate } from '../store/abilities'
import { destroySurely } from '../store/destroy-surely'
import { isPromise, type Callback } from '../../primitives/callbacks'
import { dataAsIn } from '../record/snapshot'
import type { ExchangeState } from './exchange-state'
import { hostOf, type Session, type Successor } from '../session/session'
import type { SessionStore } from '../store/contract'

/** Stores a new session before the old one is destroyed. If either fails, the request has the old session again, and the client keeps its cookie. */
export function replace(exchange: ExchangeState, session: Session, { generate, fill }: Successor, done: Callback): void {
  const { id } = session
  const host = hostOf(session)
  const { activeSessions } = exchange.storeClient
  // It knows a new ID that another request gives the session meanwhile: that is ended too
  const active = activeSessions.acquire(id)
  const over: Callback = err => {
    activeSessions.release(active)
    done(err)
  }
  const forget = exchange.changes.remember()
  const ending = endingOf(exchange, id)
  const renewed: Callback = err => {
    exchange.renewed(session)
    over(err)
  }
  const failed: Callback = err => {
    forget()
    restore(exchange, session)
    over(err)
  }
  const create = (): void => {
    const { sessionID } = host
    // The app's `genid` returned the same ID
    if (sessionID === id) return endAnnounced(exchange, ending, done => destroySurely(exchange.storeClient, id, done), renewed)
    exchange.renewed(session)
    fill?.()
    createThenEnd(exchange, ending, failed, over)
  }
  let generated: unknown
  try {
    generated = generate(host)
  } catch (thrown) {
    return over(thrown)
  }
  if (isPromise(generated)) generated.then(create, over)
  else create()
}

function endingOf({ changes: { stored }, storeClient }: ExchangeState, id: string): Ending {
  return { id, why: 'renewed', data: () => dataAsIn(stored, id), version: stored?.version, grace: storeClient.grace.ms }
}

/** Stores the new session, and then ends the old one. */
function createThenEnd(exchange: ExchangeState, ending: Ending, failed: Callback, done: Callback): void {
  const { host, storeClient } = exchange
  const created = holdCreated(exchange, host.sessionID as string)
  const ended: Callback = err => {
    // No client has the new ID
    if (err) return storeClient.destroy(host.sessionID as string, () => failed(err))
    created(host.session as Session)
    done()
  }
  const saved: Callback = err =>
    err ? failed(err) : endAnnounced(exchange, ending, done => destroySurely(storeClient, ending.id, done), ended)
  save(exchange, host.session as Session, saved)
}

/**
 * Whether a session that takes the place of this one is stored before this one is destroyed. Only if the store can fail and can compare, and unless it has a
 * `regenerate` of its own. With `concurrency: 'off'` the order is express-session's.
 */
export function createsFirst(exchange: ExchangeState, session: Session): boolean {
  // A read-only request stores nothing, but ends the old session
  if (exchange.sentId !== session.id || exchange.isReadOnly || exchange.settings.concurrency === 'off') return false
  const { storeClient } = exchange
  const host = hostOf(session)
  // On Koa, `regenerate` of the store is not used
  return (
    storeClient.compares &&
    !storeClient.answersAtOnce &&
    (host.Session !== undefined || !storeClient.regenerates || !hasOwnRegenerate(host.sessionStore as SessionStore))
  )
}

/** Puts the old session back, because the new one could not be stored. */
function restore(exchange: ExchangeState, session: Session): void {
  const { host, changes } = exchange
  host.sessionID = session.id
  host.session = session
  exchange.generated = exchange.replacedSession = undefined
  exchange.cookie = session.cookie
  const transaction = exchange.requestLifetime.on(session.id, exchange.storeClient)
  if (changes.known?.id === session.id) transaction.base ??= changes.known
}
