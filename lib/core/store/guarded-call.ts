import { deliver, reasonOf, isPromise } from '../../primitives/callbacks'
import { markAtOnce } from '../../primitives/after-return'
import { isPromise as isNativePromise } from 'node:util/types'
import { inThisContext } from '../../primitives/async-context'
import type { CircuitBreaker } from './circuit-breaker'
import { StoreUnavailable, isMissing } from '../errors/store-errors'
import type { Deadline } from '../concurrency/deadline'

/** With a second value, such as a record's version. */
type Answered = (err?: unknown, value?: unknown, beside?: unknown) => void

export interface Call {
  /** The name of the store's method, for errors. */
  readonly method: string
  readonly ask: (answered: Answered) => unknown
  /** By the store's contract, a method calls back if it declares the callback. Its return value is then ignored. */
  readonly callsBack: boolean
  readonly deadline: Deadline
  /**
   * Called if the call has timed out, but may still be carried out.
   *
   * @returns what to do when the store responds
   */
  readonly givenUp?: (() => () => void) | undefined
  readonly breaker: CircuitBreaker
}

/**
 * One call of a store. However the store responds (by callback or promise, synchronously or later, twice, by throwing, or not at all), `done` is
 * called exactly once. Errors that `done` throws never reach the store.
 */
export function call({ method, ask, callsBack, deadline, givenUp, breaker }: Call, done: Answered): void {
  let state: 'asking' | 'waiting' | 'answered' | 'given up' = 'asking'
  let answer: Parameters<Answered> = []
  let late: (() => void) | undefined
  let heard = done

  const settle: Answered = (...given) => {
    const before = state
    if (before === 'answered') return
    state = 'answered'
    const err = isMissing(given[0]) ? undefined : given[0]
    if (before === 'given up') {
      breaker.answeredLate(err)
      return late?.()
    }
    // Our own error, from a nested call
    if (!(err instanceof StoreUnavailable)) breaker.answered(err)
    if (before === 'asking') return void (answer = given)
    deadline.rest()
    deliver(() => heard(...given))
  }

  markAtOnce(settle)
  const failed = (err: unknown): void => settle(reasonOf(err, `store.${method}`))
  try {
    const returned = ask(settle)
    if (!callsBack) {
      if (isPromise(returned)) returned.then(value => settle(null, value), failed)
    } else if (isNativePromise(returned)) returned.catch(failed)
  } catch (err) {
    failed(err)
  }

  if (wasAnswered(state)) return done(...answer)
  state = 'waiting'
  // A store's connection is shared, and calls back in the context of any request
  heard = inThisContext(done)
  // Time in a queue, or for an earlier call, does not count against the store
  const isWhole = !deadline.hasBegun
  deadline.wait(err => {
    state = 'given up'
    if (isWhole) breaker.unanswered()
    late = givenUp?.()
    deliver(() => done(err))
  })
}

/** Reads a state that callbacks change, which the compiler does not see. */
function wasAnswered(state: string): boolean {
  return state === 'answered'
}
