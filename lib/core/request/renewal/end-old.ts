import { Attempts } from '../../concurrency/attempts'
import type { Deadline } from '../../concurrency/deadline'
import { gone, isMissing } from '../../errors/store-errors'
import type { Callback, ResultCallback } from '../../../primitives/callbacks'
import { renewedRecord } from '../../record/emptied'
import { dateOf, EXPIRED } from '../../record/lifetime'
import { marksIn } from '../../record/marks'
import { anyMoveOf } from '../../record/moved'
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
  if (!comparesWith(storeClient, old)) {
    if (left) storeClient.set(id, left, removed, deadline)
    else storeClient.remove(id, removed, deadline)
    return
  }
  // The session has ended for every process. Removing its record only frees memory
  const ended = (): void => (left ? done(null, true) : storeClient.remove(id, () => done(null, true), deadline))
  const found: ResultCallback<boolean> = (err, isEnded) => (isEnded ? ended() : done(err))
  const compared: ResultCallback<Outcome> = (err, outcome) => {
    if (err) findLost(storeClient, old, deadline, err, found)
    else if (outcome?.ok) ended()
    else done(null, false)
  }
  storeClient.compareAndSet(id, left ?? renewedRecord(id, old.to), { version: version as Version }, compared, deadline)
}

function comparesWith(storeClient: StoreClient, { version }: Old): boolean {
  return storeClient.compares && version !== undefined
}

/**
 * The reply of the store was lost, perhaps with the connection. The stored record tells whether the old ID has ended, and by whom: without a trace of this
 * renewal, another process has ended the session. A plain store from which the record is removed has no trace, but there a logout in another process can
 * come too late without a lost reply too.
 *
 * @param lost the error, which is passed on if the session still has its old ID
 */
function findLost(storeClient: StoreClient, old: Old, deadline: Deadline, lost: unknown, done: ResultCallback<boolean>): void {
  const attempts = new Attempts()
  const leavesTrace = old.left !== undefined || comparesWith(storeClient, old)
  // By its key, because a read by ID in the turn does not find the record of an earlier ID
  const look = (): void => storeClient.byKey.get(storeClient.keys.of(old.id), found, deadline)
  const found = (err: unknown, record: SessionData | null | undefined): void => {
    if (err) return attempts.mayRead(err) ? look() : done(lost)
    // A store whose clock is behind has the expired record
    if (!record || dateOf(record) === EXPIRED.valueOf()) return leavesTrace ? done(gone()) : done(null, true)
    const marks = marksIn(record)
    if (marks?.m == null) return done(lost)
    if (anyMoveOf(old.id, marks)?.to === old.to) done(null, true)
    else done(gone())
  }
  if (attempts.mayRepeat(lost)) look()
  else done(lost)
}
