import { inThisContext } from './async-context'
import type { Callback } from './callbacks'

/** Counts store calls that the handler has begun, so that the response waits for them. */
export class WaitGroup {
  #count = 0
  /** Undefined until a caller waits, which is rare. */
  #waiting: (() => void)[] | undefined

  /**
   * Counts a call.
   *
   * @returns the callback to use in place of `done`
   */
  begin(done: Callback): Callback {
    this.#count++
    return err => {
      this.#count--
      try {
        done(err)
      } finally {
        // `done` may have begun another call
        if (this.isIdle) this.#release()
      }
    }
  }

  /** Whether no call is pending. */
  get isIdle(): boolean {
    return this.#count === 0
  }

  /** Continues when no call is pending, which is usually at once. */
  whenIdle<Args extends unknown[]>(goOn: (...args: Args) => void, ...args: Args): void {
    if (this.isIdle) return goOn(...args)
    this.#waiting ??= []
    this.#waiting.push(inThisContext(() => goOn(...args)))
  }

  #release(): void {
    // One of them may begin a call that the next has to wait for
    while (this.isIdle && this.#waiting?.length) this.#waiting.shift()?.()
  }
}
