import { Attempts } from '../../concurrency/attempts'
import type { Deadline } from '../../concurrency/deadline'
import { gone, isMissing } from '../../errors/store-errors'
import type { Callback, ResultCallback } from '../../../primitives/callbacks'
import { expiredRecord } from '../../record/emptied'
import { dateOf, EXPIRED } from '../../record/lifetime'
import { marksIn } from '../../record/marks'
import { moveOf } from '../../record/moved'
import type { SessionData } from '../../record/session-data'
import type { Version } from '../../record/snapshot'
import type { Outcome } from '../../store/contract'
import type { StoreClient } from '../../store/store-client'

/** The record of an ID that is replaced, in the turn of that ID. */
interface Old {
  readonly id: string
  /** As it was read; undefined if the store does not compare, or has no record. */
  readonly version: Version | undefined
  /** The new ID, under which the session is stored. */
  readonly to: string
  /** What the old ID keeps during the grace. */
  readonly left: SessionData | undefined
}

/** @param done receives whether the old ID has ended; false if another process has changed or ended its record */
export function endOld(storeClient: StoreClient, old: Old, deadline: Deadline, done: ResultCallback<boolean>): void {
  const { id, version, left } = old
  const removed: Callback = err => (err && !isMissing(err) ? findLost(storeClient, old, deadline, err, done) : done(null, true))
  if (!storeClient.compares || version === undefined) {
    if (left) storeClient.set(id, left, removed, deadline)
    else storeClient.remove(id, removed, deadline)
    return
  }
  const compared: ResultCallback<Outcome> = (err, outcome) => {
    if (err) findLost(storeClient, old, deadline, err, done)
    else if (!outcome?.ok) done(null, false)
    // The record has ended for every process. Removing it only frees memory
    else if (left) removed()
    else storeClient.remove(id, () => removed(), deadline)
  }
  storeClient.compareAndSet(id, left ?? expiredRecord(), { version }, compared, deadline)
}

/**
 * The reply of the store was lost, perhaps with the connection. The stored record tells whether the old ID has ended. If nothing was to be left of it, a logout
 * in another process looks the same: that came too late already if it came just after the write.
 *
 * @param lost the error, which is passed on if the session still has its old ID
 */
function findLost(storeClient: StoreClient, old: Old, deadline: Deadline, lost: unknown, done: ResultCallback<boolean>): void {
  const attempts = new Attempts()
  // By its key, because a read by ID in the turn does not find the record of an earlier ID
  const look = (): void => storeClient.byKey.get(storeClient.keys.of(old.id), found, deadline)
  const found = (err: unknown, record: SessionData | null | undefined): void => {
    if (err) return attempts.mayRead(err) ? look() : done(lost)
    // A store whose clock is behind has the expired record
    if (!record || dateOf(record) === EXPIRED.valueOf()) return old.left ? done(gone()) : done(null, true)
    const marks = marksIn(record)
    if (marks?.m == null) return done(lost)
    if (moveOf(old.id, marks, Date.now())?.to === old.to) done(null, true)
    else done(gone())
  }
  if (attempts.mayRepeat(lost)) look()
  else done(lost)
}
