import { StoreClient } from './store-client'
import type { SessionStore } from './contract'

/** One for each store of the process, shared by all that use the store. */
const ports = new WeakMap<SessionStore, StoreClient>()

/** Where a store of ours that is made for one request has its port: V8 keeps what is in a WeakMap, and so the request, until its next full collection. */
export const PORT = Symbol('resession.port')

interface Ported {
  [PORT]?: StoreClient | undefined
}

export function clientFor(store: SessionStore & Ported): StoreClient {
  let port = store[PORT] ?? ports.get(store)
  if (!port) ports.set(store, (port = new StoreClient(store)))
  return port
}

/** A store that is made anew for each request shares what is known of the others of its kind. */
export function shareClient(store: SessionStore & Ported, other: StoreClient): StoreClient {
  const known = store[PORT] ?? ports.get(store)
  if (known) {
    known.keys.adopt(other.keys)
    return known
  }
  const port = other.for(store)
  if (PORT in store) store[PORT] = port
  else ports.set(store, port)
  return port
}
