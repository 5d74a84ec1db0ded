import { StoreClient } from './store-client'
import type { SessionStore } from './contract'

/** One client per store of the process, shared by all middlewares. */
const ports = new WeakMap<SessionStore, StoreClient>()

/**
 * The key of the client of a store that is made for one request. A WeakMap would keep the store, and so the request, until V8's next full collection.
 */
export const PORT = Symbol('resession.port')

interface Ported {
  [PORT]?: StoreClient | undefined
}

/** The client of a store. The first call for a store makes it. */
export function clientFor(store: SessionStore & Ported): StoreClient {
  let port = store[PORT] ?? ports.get(store)
  if (!port) ports.set(store, (port = new StoreClient(store)))
  return port
}

/** A store that is made for each request shares the state of the others of its kind. */
export function shareClient(store: SessionStore & Ported, other: StoreClient): StoreClient {
  const known = store[PORT] ?? ports.get(store)
  if (known) {
    known.keys.adopt(other.keys)
    known.grace.use(other.grace.ms)
    return known
  }
  const port = other.for(store)
  if (PORT in store) store[PORT] = port
  else ports.set(store, port)
  return port
}
