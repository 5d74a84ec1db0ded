import type { Callback } from '../../primitives/callbacks'
import type { Context } from '../../primitives/async-context'
import { Deadline } from './deadline'
import { NONE, type Task } from './task-queue'
import type { Transaction } from './transaction'

/**
 * The store calls of one request for a session, made when its turn in the queue has come. It calls back once. The fields are declared and assigned,
 * also in subclasses: defining them would take 0.3 microseconds per save.
 */
export abstract class Turn implements Task {
  declare readonly transaction: Transaction
  declare readonly deadline: Deadline
  declare context: Context | undefined
  declare private readonly done: Callback
  /** It has called back. */
  declare isFinished: boolean

  /** @param deadline `Deadline.NONE` for a synchronous store, which needs no queue */
  constructor(transaction: Transaction, deadline: Deadline, done: Callback) {
    this.transaction = transaction
    this.deadline = deadline
    this.context = undefined
    this.done = done
    this.isFinished = false
  }

  /** Calls the store, then `finish`. */
  protected abstract act(joined: readonly Turn[]): void

  /** Runs after all earlier calls of this process for the session. */
  run(): void {
    if (!this.#queues) return this.begin(NONE)
    this.transaction.asking()
    this.transaction.active.run(this)
  }

  begin(joined: readonly Turn[]): void {
    try {
      this.act(joined)
    } catch (thrown) {
      // The callback has thrown
      if (this.isFinished) throw thrown
      this.finish(thrown)
    }
  }

  finish(err?: unknown): void {
    this.isFinished = true
    if (!this.#queues) return this.done(err)
    this.#leave()
    try {
      this.transaction.active.ended()
    } finally {
      // The queue may throw an error from the callback of another request
      this.done(err)
    }
  }

  giveUp(err: Error): void {
    this.isFinished = true
    this.#leave()
    this.done(err)
  }

  get #queues(): boolean {
    return this.deadline !== Deadline.NONE
  }

  #leave(): void {
    this.deadline.end()
    this.transaction.answered()
  }
}
