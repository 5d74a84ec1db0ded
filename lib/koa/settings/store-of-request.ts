import type { HostExchange } from '../../core/session/session'
import type { StoreClient } from '../../core/store/store-client'

/** The store of the request that a call names, if the store option makes one for each request. @throws TypeError if it names none */
export function storeOfRequest(method: string, current?: HostExchange): StoreClient {
  if (current) return current.storeClient
  throw new TypeError(
    `sessions.${method} needs a store that is the same for all requests, and the store option is a function; ${INSTEAD[method]}`,
  )
}

const BY_HANDLE = 'destroy the session in a request of its client'

/** What to do if there is no store for all requests. */
const INSTEAD: Readonly<Record<string, string>> = {
  end: BY_HANDLE,
  revoke: BY_HANDLE,
  list: 'write { current: ctx } for the sessions in the store of this context',
  revokeAll: 'write { except: ctx } for the sessions in the store of this context',
}
