import { StoreUnavailable } from '../errors/store-errors'
import type { Callback } from '../../primitives/callbacks'
import { StoreClient } from './store-client'

/** How often a failed destroy is repeated, because it may have been carried out. */
const MOST_REPEATED = 2

/** Destroys a session that another one has replaced, in a store that may lose the reply with the connection. It is not repeated after a timeout. */
export function destroySurely(storeClient: StoreClient, id: string, done: Callback, repeated = 0): void {
  storeClient.retire(id, err => {
    if (!err || err instanceof StoreUnavailable || repeated === MOST_REPEATED) return done(err)
    destroySurely(storeClient, id, done, repeated + 1)
  })
}
