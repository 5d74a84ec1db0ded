import { StoreClient } from '../store/store-client'
import type { Cookie } from '../record/cookie'
import { type Host, hostOf, Session } from './session'
import type { Data } from '../record/merge'
import { viewOf } from '../record/session-view'

/** The session as stores know it, with data and cookie side by side. A synchronous store is one of this package, and uses the view. */
export function asStored(storeClient: StoreClient, session: Session): Session {
  const view = viewOf(session)
  return view && !storeClient.answersAtOnce ? copyOf(session, view.data as Data, session.cookie as Cookie) : session
}

/**
 * A copy with other data, from a merge.
 *
 * @param id under which it is stored
 */
export function copyOf(session: Session, data: Data, cookie: Cookie, id = session.id): Session {
  const host = hostWith(session, id)
  const copy = viewOf(session) ? withAnyNames(host, data) : new Session(host, data)
  copy.cookie = cookie
  return copy
}

/** The request with this ID, for stores that use it. */
export function hostWith(session: Session, id: string): Host {
  const host = hostOf(session)
  // Usually it still has the ID. V8 keeps an object that is used as a prototype until its next full collection
  return host.sessionID === id ? host : (Object.create(host, { sessionID: { value: id } }) as Host)
}

/** A session whose data may have the names of its members, which does not matter to a store. */
function withAnyNames(host: Host, data: Data): Session {
  const copy = Object.create(Session.prototype) as Session & Data
  Object.defineProperty(copy, 'req', { value: host, configurable: true, writable: true })
  Object.defineProperty(copy, 'id', { value: host.sessionID, configurable: true, writable: true })
  for (const key of Object.keys(data)) {
    if (key === 'cookie') continue
    if (key in copy) Object.defineProperty(copy, key, { value: data[key], configurable: true, writable: true, enumerable: true })
    else (copy as Data)[key] = data[key]
  }
  return copy
}
