import type { ResultCallback } from '../../primitives/callbacks'
import type { ActiveSessions } from '../concurrency/active-sessions'
import { PendingWrite } from '../concurrency/pending-write'
import { isMissing } from '../errors/store-errors'
import type { Guarded } from './guarded-call'
import type { StoreCalls } from './store-calls'

/**
 * How often a session that a late write has restored is destroyed again, and the first pause after a failure in milliseconds. Each pause is twice as
 * long.
 */
const MOST_TRIES = 10
const FIRST_WAIT = 100

/** A write that the store may still make after it has timed out. */
export class TrackedWrite extends PendingWrite implements Guarded {
  /** @param kind a touch does not change the data, although some stores write the whole record for it. @param key of the record */
  constructor(
    id: string,
    kind: 'data' | 'touch',
    activeSessions: ActiveSessions,
    private readonly calls: StoreCalls,
    private readonly key: string,
  ) {
    super(id, kind, activeSessions)
  }

  respondedLate(): void {
    if (this.arrive()) this.#destroyAgain()
  }

  /**
   * Destroys a session again that a late write may have restored after a logout. Until that has succeeded, the session is not read. It bypasses the
   * circuit breaker, and is retried.
   */
  #destroyAgain(tries = 1): void {
    const destroyed: ResultCallback<unknown> = err => {
      if (!err || isMissing(err) || tries === MOST_TRIES) return this.end()
      setTimeout(() => this.#destroyAgain(tries + 1), FIRST_WAIT * 2 ** (tries - 1)).unref()
    }
    this.calls.ask('destroy', [this.key], destroyed, { always: true })
  }
}
