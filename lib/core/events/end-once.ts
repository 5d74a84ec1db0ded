import type { ActiveSession } from '../concurrency/active-sessions'
import type { Callback, ResultCallback } from '../../primitives/callbacks'
import type { Version } from '../record/snapshot'
import { claim, lastMove, type Claimed, type Endable } from './claim'

/** A session that is ended. */
export interface Known {
  readonly id: string
  /** The version of its record, if the store compares and the version is known. */
  readonly version?: Version | undefined
  /** How long requests with the ID get an empty session, in milliseconds. */
  readonly grace?: number | undefined
  /** Whether `destroy` compares itself. */
  readonly isClaimed?: boolean
}

/** Sessions whose end has been told, while requests of this process use them. */
const told = new WeakSet<ActiveSession>()

/** A session begins anew under an ID that another may have had. */
export function beginsAnew(storeClient: Endable, id: string): void {
  const active = storeClient.activeSessions.acquire(id)
  told.delete(active)
  storeClient.activeSessions.release(active)
}

/**
 * Destroys a session, and finds out whether this call has ended it. On a store that compares only one call of all processes has; on another store only
 * one of the overlapping calls of this process.
 *
 * @param destroy removes the record
 * @param done gets the error of `destroy`, and the session if this call has ended it
 */
export function endOnce(
  storeClient: Endable,
  { id, version, grace, isClaimed = false }: Known,
  destroy: (done: Callback) => void,
  done: ResultCallback<Claimed>,
): void {
  if (isClaimed && storeClient.compares) return destroy(err => done(err, err ? undefined : {}))
  if (!storeClient.compares) return endHere(storeClient, id, destroy, done)
  // If the store fails here, it may still destroy the session. An event twice is better than none
  claim(storeClient, id, { version, grace }, (failed, claimed) => destroy(err => done(err, claimed ?? (failed && !err ? {} : undefined))))
}

function endHere(storeClient: Endable, id: string, destroy: (done: Callback) => void, done: ResultCallback<Claimed>): void {
  const active = storeClient.activeSessions.acquire(id)
  destroy(err => {
    const last = lastMove(active)
    const isOurs = !err && !told.has(last)
    if (isOurs) told.add(last)
    storeClient.activeSessions.release(active)
    done(err, isOurs ? {} : undefined)
  })
}
