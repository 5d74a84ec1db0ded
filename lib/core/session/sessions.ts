import { describeValue } from '../../primitives/describe-value'
import { fromCallback, ignoreRejection } from '../../primitives/callbacks'
import { isMissing } from '../errors/store-errors'
import type { StoreClient } from '../store/store-client'

/** The sessions of a middleware, other than that of a request. */
export interface Sessions {
  /**
   * Destroys the session of an ID, as `req.session.destroy()` does in a request of it. Requests that are under way do not restore it. That there is no
   * such session is no error.
   *
   * @example const sessions = session(options); app.use(sessions); await sessions.end(id)
   * @throws TypeError for what is no ID, and if sessions are kept in the cookie; what the store fails with
   */
  end(id: string): Promise<void>
}

/** @param portOf throws if there is no store in which the session could be ended */
export function sessionsOf(portOf: () => StoreClient): Sessions {
  return { end: id => ignoreRejection(end(portOf, id)) }
}

async function end(portOf: () => StoreClient, id: unknown): Promise<void> {
  if (typeof id !== 'string' || !id) throw new TypeError(`sessions.end needs the ID of a session, not ${describeValue(id)}`)
  const port = portOf()
  await fromCallback(done => port.destroy(id, err => done(isMissing(err) ? undefined : err)))
}

/** Of sessions that are kept in the cookie. */
export function noStore(): never {
  throw new TypeError('sessions.end needs a store: a session that is kept in the cookie ends with its cookie, or with its secret')
}

/** Of stores that are made for each request. */
export function noFixedStore(): never {
  throw new TypeError(
    'sessions.end needs a store that is the same for all requests; with a function as store, call destroy in a request of the session',
  )
}
