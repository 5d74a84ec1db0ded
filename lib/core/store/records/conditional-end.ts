import type { ResultCallback } from '../../../primitives/callbacks'
import { emptied, expiredRecord } from '../../record/emptied'
import type { SessionData } from '../../record/session-data'
import type { Version } from '../../record/snapshot'
import type { Condition, Outcome } from '../contract'
import type { Deadline } from '../../concurrency/deadline'

/** How many times other processes may write the record meanwhile. */
const MOST_TRIES = 100

/** The record of a session, during its turn in the queue. */
interface Replaceable {
  readonly id: string
  /** @param version undefined if the store does not compare */
  write(record: SessionData, version: Version | undefined, done: ResultCallback<Outcome>): void
}

interface Comparing {
  compareAndSet(id: string, session: SessionData, condition: Condition, done: ResultCallback<Outcome>, deadline: Deadline): void
}

/** The record of an ID, in the operation of a deadline. @param storeClient of a store that compares */
export function recordIn(storeClient: Comparing, id: string, deadline: Deadline): Replaceable {
  return { id, write: (record, version, done) => storeClient.compareAndSet(id, record, { version: version ?? null }, done, deadline) }
}

/** A record that has been replaced, and its session ended. */
export interface Replaced {
  /** Undefined if it was not read. */
  readonly record: SessionData | undefined
  /** Whether requests with the ID get an empty session for the time of the grace. Otherwise the record has expired, and its removal only frees memory. */
  readonly isLeft: boolean
}

/** Ends a session with a write on the condition that no other process has written the record since it was read: only one call of all can do that. */
export class ConditionalEnd {
  #tries = 0

  /**
   * @param grace in milliseconds, if requests with the ID still get an empty session afterwards; otherwise 0
   * @param again reads the record that another process has written, and calls `replace` unless that process has ended the session
   */
  constructor(
    private readonly record: Replaceable,
    private readonly grace: number,
    private readonly again: () => void,
    private readonly done: ResultCallback<Replaced>,
  ) {}

  /** @param found the record; nothing is left of one that was not read */
  replace(found: SessionData | undefined, version: Version | undefined): void {
    const { record, grace, done } = this
    const left = found && grace > 0 ? emptied(record.id, found, grace) : undefined
    record.write(left ?? expiredRecord(), version, (err, outcome) => {
      if (err) done(err)
      else if (outcome?.ok) done(null, { record: found, isLeft: left !== undefined })
      else if (++this.#tries > MOST_TRIES) done(new Error('session is changed by other requests too often; it is not destroyed'))
      else this.again()
    })
  }
}
