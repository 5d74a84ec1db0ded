import { deliver, reasonOf, isPromise } from '../../primitives/callbacks'
import { markAtOnce } from '../../primitives/after-return'
import { isPromise as isNativePromise } from 'node:util/types'
import { inThisContext } from '../../primitives/async-context'
import type { CircuitBreaker } from './circuit-breaker'
import { StoreUnavailable, isMissing } from '../errors/store-errors'
import type { Deadline } from '../concurrency/deadline'

/** With a second value, such as a record's version. */
export type Answered = (err?: unknown, value?: unknown, beside?: unknown) => void

/** A write that the store may still make after it has timed out. */
export interface Guarded {
  /** The store has responded in time, or the caller gets an error now. */
  settle(): void
  /** The write has timed out. */
  giveUp(): void
  /** The store has responded after that. */
  respondedLate(): void
}

/**
 * One call of a store. However the store responds (by callback or promise, synchronously or later, twice, by throwing, or not at all), `done` is
 * called exactly once. Errors that `done` throws never reach the store.
 */
export class GuardedCall {
  /** The callback for the store. */
  readonly answered: Answered
  #state: 'asking' | 'waiting' | 'answered' | 'given up' = 'asking'
  /** The response, if it comes before the method returns. */
  #answer: Parameters<Answered> | undefined

  /**
   * @param isOwn whether the deadline is of this call only, and ends with it
   * @param write undefined if it is a read
   */
  constructor(
    private readonly deadline: Deadline,
    private readonly isOwn: boolean,
    private readonly breaker: CircuitBreaker,
    private readonly write: Guarded | undefined,
    private done: Answered,
  ) {
    // In a variable first: see patch-response.ts
    const answered: Answered = (err, value, beside) => this.#settle(err, value, beside)
    markAtOnce(answered)
    this.answered = answered
  }

  /**
   * The method has returned.
   *
   * @param callsBack by the store's contract, a method calls back if it declares the callback. Its return value is then ignored
   * @param method for errors
   */
  returned(returned: unknown, callsBack: boolean, method: string): void {
    if (callsBack) {
      if (isNativePromise(returned)) returned.catch(err => this.failed(err, method))
    } else if (isPromise(returned)) {
      returned.then(
        value => this.#settle(null, value),
        err => this.failed(err, method),
      )
    }
  }

  /** The method has thrown, or its promise was rejected. */
  failed(err: unknown, method: string): void {
    this.#settle(reasonOf(err, `store.${method}`))
  }

  /** Called when the method has returned or thrown. Calls back, or waits for the response. */
  wait(): void {
    if (this.#answer) return this.#end(...this.#answer)
    this.#state = 'waiting'
    // A store's connection is shared, and calls back in the context of any request
    this.done = inThisContext(this.done)
    const { deadline, breaker, write } = this
    // Time in a queue, or for an earlier call, does not count against the store
    const isWhole = !deadline.hasBegun
    deadline.wait(err => {
      this.#state = 'given up'
      if (isWhole) breaker.unanswered()
      write?.giveUp()
      deliver(() => this.#end(err))
    })
  }

  #settle(...answer: Parameters<Answered>): void {
    const before = this.#state
    if (before === 'answered') return
    this.#state = 'answered'
    const { breaker, write, deadline } = this
    const err = isMissing(answer[0]) ? undefined : answer[0]
    if (before === 'given up') {
      breaker.answeredLate(err)
      return write?.respondedLate()
    }
    // Our own error, from a nested call
    if (!(err instanceof StoreUnavailable)) breaker.answered(err)
    if (before === 'asking') return void (this.#answer = answer)
    deadline.rest()
    deliver(() => this.#end(...answer))
  }

  #end(...answer: Parameters<Answered>): void {
    const { isOwn, deadline, write } = this
    if (isOwn) deadline.end()
    write?.settle()
    this.done(...answer)
  }
}
