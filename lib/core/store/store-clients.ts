import { StoreClient } from './store-client'
import type { SessionStore } from './contract'

/** One client per store of the process, shared by all middlewares. */
const clients = new WeakMap<SessionStore, StoreClient>()

/**
 * The key of the client of a store that is made for one request. A WeakMap would keep the store, and so the request, until V8's next full collection.
 */
export const CLIENT = Symbol('resession.client')

interface HasClient {
  [CLIENT]?: StoreClient | undefined
}

/** The client of a store. The first call for a store makes it. */
export function clientFor(store: SessionStore & HasClient): StoreClient {
  let storeClient = store[CLIENT] ?? clients.get(store)
  if (!storeClient) clients.set(store, (storeClient = new StoreClient(store)))
  return storeClient
}

/** A store that is made for each request shares the state of the others of its kind. */
export function shareClient(store: SessionStore & HasClient, other: StoreClient): StoreClient {
  const known = store[CLIENT] ?? clients.get(store)
  if (known) {
    known.keys.adopt(other.keys)
    known.grace.use(other.grace.ms)
    return known
  }
  const storeClient = other.for(store)
  if (CLIENT in store) store[CLIENT] = storeClient
  else clients.set(store, storeClient)
  return storeClient
}
