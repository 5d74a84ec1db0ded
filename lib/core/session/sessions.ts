import { describeValue } from '../../primitives/describe-value'
import type { SessionEvents } from '../diagnostics/session-events'
import { endAndTell } from '../events/end-and-tell'
import { fromCallback, ignoreRejection, type Callback } from '../../primitives/callbacks'
import { isMissing } from '../errors/store-errors'
import type { StoreClient } from '../store/store-client'

/** Methods of the middleware for sessions of other requests. */
export interface Sessions {
  /**
   * Destroys the session with this ID, as `req.session.destroy()` does. Requests in progress do not restore it. It is not an error if there is no
   * such session.
   *
   * @example const sessions = session(options); app.use(sessions); await sessions.end(id)
   * @throws TypeError for an invalid ID, and if sessions are kept in the cookie; errors of the store
   */
  end(id: string): Promise<void>
}

/** @param portOf throws if there is no store with the session */
export function sessionsOf(portOf: () => StoreClient, events: SessionEvents): Sessions {
  return { end: id => ignoreRejection(end(portOf, events, id)) }
}

async function end(portOf: () => StoreClient, events: SessionEvents, id: unknown): Promise<void> {
  if (typeof id !== 'string' || !id) throw new TypeError(`sessions.end needs the ID of a session, not ${describeValue(id)}`)
  const port = portOf()
  const destroy = (done: Callback): void => port.destroy(id, err => done(isMissing(err) ? undefined : err))
  await fromCallback(done => (events.hears('ended') ? endAndTell(port, id, { events, why: 'logout' }, destroy, done) : destroy(done)))
}

/** For sessions in the cookie. */
export function noStore(): never {
  throw new TypeError('sessions.end needs a store: a session that is kept in the cookie ends with its cookie, or with its secret')
}

/** For stores that are made for each request. */
export function noFixedStore(): never {
  throw new TypeError(
    'sessions.end needs a store that is the same for all requests; with a function as store, call destroy in a request of the session',
  )
}
