import type { Callback } from '../../primitives/callbacks'
import type { Context } from '../../primitives/async-context'
import { Deadline } from './deadline'
import type { Task } from './task-queue'
import type { Transaction } from './transaction'

/**
 * What one request asks of the store about a session, when its turn has come. It calls back once. Its fields, and those of its subclasses, are declared
 * and assigned: to define them too takes 0.3 microseconds of each save.
 */
export abstract class Turn implements Task {
  declare readonly transaction: Transaction
  declare readonly deadline: Deadline
  declare context: Context | undefined
  declare private readonly done: Callback
  declare private hasFinished: boolean

  /** @param deadline `Deadline.NONE` for a store that is synchronous: no other call can come between, so that it needs no turn */
  constructor(transaction: Transaction, deadline: Deadline, done: Callback) {
    this.transaction = transaction
    this.deadline = deadline
    this.context = undefined
    this.done = done
    this.hasFinished = false
  }

  /** Calls the store, then `finish`. */
  protected abstract act(joined: readonly Turn[]): void

  /** After everything that this process has asked of the store about the session. */
  run(): void {
    if (!this.#queues) return this.begin([])
    this.transaction.asking()
    this.transaction.active.run(this)
  }

  begin(joined: readonly Turn[]): void {
    try {
      this.act(joined)
    } catch (thrown) {
      // By the callback
      if (this.isOver) throw thrown
      this.finish(thrown)
    }
  }

  get isOver(): boolean {
    return this.hasFinished
  }

  finish(err?: unknown): void {
    this.hasFinished = true
    if (!this.#queues) return this.done(err)
    this.#leave()
    try {
      this.transaction.active.ended()
    } finally {
      // The queue may throw what a callback of another request throws
      this.done(err)
    }
  }

  giveUp(err: Error): void {
    this.hasFinished = true
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
