import { deliver, reasonOf, isPromise } from '../../primitives/callbacks'
import { markAtOnce } from '../../primitives/after-return'
import { isPromise as isNativePromise } from 'node:util/types'
import { inThisContext } from '../../primitives/async-context'
import type { CircuitBreaker } from './circuit-breaker'
import { StoreUnavailable, isMissing } from '../errors/store-errors'
import type { Deadline } from '../concurrency/deadline'

/** With what is beside the value, a record's version. */
type Answered = (err?: unknown, value?: unknown, beside?: unknown) => void

export interface Call {
  /** Of the store, by which errors name it. */
  readonly method: string
  readonly ask: (answered: Answered) => unknown
  /** By the store's contract a method answers by its callback if it declares one: what it returns beside is its own. */
  readonly callsBack: boolean
  readonly deadline: Deadline
  /** The call is given up, and may be carried out all the same. @returns what to do when the store answers */
  readonly givenUp?: (() => () => void) | undefined
  readonly breaker: CircuitBreaker
}

/**
 * One call of a store. However it answers, by callback or by promise, at once or later, twice or by throwing, or not at all, `done` is called once,
 * with an error or with what was found; and what `done` throws never comes back into the store.
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
    // Of our own, for a call within the call
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
  // Time that was spent in a queue, or on an earlier call, says nothing of a store that has been asked only now
  const isWhole = !deadline.hasBegun
  deadline.wait(err => {
    state = 'given up'
    if (isWhole) breaker.unanswered()
    late = givenUp?.()
    deliver(() => done(err))
  })
}

/** Of a state that callbacks change, which the compiler does not see. */
function wasAnswered(state: string): boolean {
  return state === 'answered'
}
