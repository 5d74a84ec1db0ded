import type { Callback } from '../../primitives/callbacks'
import type { ActiveSessions } from '../concurrency/active-sessions'
import type { Deadline } from '../concurrency/deadline'
import { PendingWrite } from '../concurrency/pending-write'
import { isMissing } from '../errors/store-errors'
import type { StoreCalls, Method } from './store-calls'

/**
 * How often a session that a late write has restored is destroyed again, and the first pause after a failure in milliseconds. Each pause is twice as
 * long.
 */
const MOST_TRIES = 10
const FIRST_WAIT = 100

/** A write of one session. */
interface Write {
  readonly id: string
  /** A touch does not change the data, although some stores write the whole record for it. */
  readonly kind: 'data' | 'touch'
  readonly method: Method
  /** The arguments of the method; the first one is the key. */
  readonly args: readonly [key: string, ...rest: unknown[]]
}

/** Writes that the store may still make after they have timed out. */
export class TrackedWrites {
  constructor(
    private readonly calls: StoreCalls,
    private readonly activeSessions: ActiveSessions,
  ) {}

  write({ id, kind, method, args }: Write, done: Callback<unknown>, deadline?: Deadline): void {
    const [key] = args
    const write = new PendingWrite(id, kind, this.activeSessions)
    const settled: typeof done = (err, value) => {
      write.settle()
      done(err, value)
    }
    const givenUp = (): (() => void) => {
      write.giveUp()
      return () => {
        if (write.arrive()) this.#destroyAgain(write, key)
      }
    }
    this.calls.ask(method, [...args], settled, { key, deadline, givenUp })
  }

  /**
   * Destroys a session again that a late write may have restored after a logout. Until that has succeeded, the session is not read. It bypasses the
   * circuit breaker, and is retried.
   */
  #destroyAgain(write: PendingWrite, key: string, tries = 1): void {
    const deadline = this.calls.deadline()
    const destroyed: Callback<unknown> = err => {
      deadline.end()
      if (!err || isMissing(err) || tries === MOST_TRIES) return write.end()
      setTimeout(() => this.#destroyAgain(write, key, tries + 1), FIRST_WAIT * 2 ** (tries - 1)).unref()
    }
    this.calls.call('destroy', [key], destroyed, { deadline })
  }
}
