import { StoreClient } from '../store/store-client'
import type { Cookie } from '../record/cookie'
import { type Host, Session } from './session'
import type { Data } from '../record/merge'
import { viewOf } from '../record/session-view'

/** As stores know sessions, with their data and their cookie side by side. A store that answers at once is ours, and finds them by the view. */
export function asStored(port: StoreClient, session: Session): Session {
  const view = viewOf(session)
  return view && !port.answersAtOnce ? copyOf(session, view.data as Data, session.cookie as Cookie) : session
}

/** With other data, which a merge has made. @param id under which it is stored */
export function copyOf(session: Session, data: Data, cookie: Cookie, id = session.id): Session {
  const host = hostOf(session, id)
  const copy = viewOf(session) ? withAnyNames(host, data) : new Session(host, data)
  copy.cookie = cookie
  return copy
}

/** The request's, for stores that look at it. */
export function hostOf({ req }: Session, id: string): Host {
  // Mostly it still has the id. An object that is a prototype is one that V8 keeps until its next full collection
  return req.sessionID === id ? req : (Object.create(req, { sessionID: { value: id } }) as Host)
}

/** A session whose data may be named as its members are: to a store, data are what matters. */
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
