import type { ActiveSessions } from '../../concurrency/active-sessions'
import type { Deadline } from '../../concurrency/deadline'
import { isMoved } from '../../record/moved'
import { isPending } from '../../record/pending'
import { answersAtOnce, hasAbility } from '../abilities'
import type { ReadCallback } from '../contract'
import type { StoreCalls } from '../store-calls'
import type { StoreKeys } from '../store-keys'
import { KeyMigration, MovedRecord, sessionIn, type MovedKeys } from './key-migration'

/** Reads sessions. With hashed IDs, a record may still be under the ID itself, and is moved. */
export class SessionReads {
  constructor(
    private readonly calls: StoreCalls,
    private readonly activeSessions: ActiveSessions,
    private readonly keys: StoreKeys,
  ) {}

  /**
   * @param deadline of the operation that the call belongs to, if the session's turn in the queue has come. The record of an earlier ID is then not found:
   * nothing is written to it
   */
  get(id: string, heard: ReadCallback, deadline?: Deadline): void {
    const done = deadline ? unlessMoved(heard) : heard
    if (this.activeSessions.isDestroyed(id)) return done()
    const key = this.keys.of(id)
    if (key === id) return this.calls.get(id, done, deadline)
    const found: ReadCallback = (err, record, version, likeness) => {
      if (err) return done(err)
      if (record && !isPending(record)) return done(null, record, version, likeness)
      const confirmed = record ? sessionIn(record) : undefined
      // A process with `true` does not look for older records, but this one would survive a logout
      const older = confirmed ? id : this.keys.olderOf(id)
      // In a turn, the session has been read before, and so moved
      if (older !== undefined && !deadline) return this.#move(id, { older, key }, done)
      if (confirmed) done(null, confirmed, version)
      else done()
    }
    this.calls.get(key, found, deadline)
  }

  /** Moves the record while no other call of this process is made for the session. */
  #move(id: string, keys: MovedKeys, done: ReadCallback): void {
    const { calls, activeSessions } = this
    const { store } = calls
    const deadline = calls.deadline()
    const place = { ...keys, id, compares: hasAbility(store, 'compareAndSet'), deadline }
    const { renews, ...lifetimes } = this.keys.lifetime
    const lifetime = { ...lifetimes, renews: renews && !answersAtOnce(store) && typeof store.touch === 'function' }
    const records = new MovedRecord(calls, activeSessions, place, 'touch')
    activeSessions.run(id, deadline, done, moved => new KeyMigration(records, lifetime, moved).run())
  }
}

function unlessMoved(done: ReadCallback): ReadCallback {
  return (err, record, version, likeness) => {
    if (!err && record && isMoved(record)) done()
    else done(err, record, version, likeness)
  }
}
