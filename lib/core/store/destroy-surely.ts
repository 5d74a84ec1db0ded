import { StoreUnavailable } from '../errors/store-errors'
import type { Callback } from '../../primitives/callbacks'
import { StoreClient } from './store-client'

/** How often a session is destroyed again if the store fails, and may have destroyed it. */
const MOST_REPEATED = 2

/** Destroys a session of a store that may lose the reply with the connection. Not again if the store does not answer at all. */
export function destroySurely(port: StoreClient, id: string, done: Callback, repeated = 0): void {
  port.destroy(id, err => {
    if (!err || err instanceof StoreUnavailable || repeated === MOST_REPEATED) return done(err)
    destroySurely(port, id, done, repeated + 1)
  })
}
