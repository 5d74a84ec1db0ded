import { inThisContext } from './async-context'
import type { Callback } from './callbacks'

/** What the handler has begun, and perhaps does not wait for; the answer waits. */
export class WaitGroup {
  #count = 0
  readonly #waiting: (() => void)[] = []

  /** Something begins. @returns what to call when it is done, in place of `done` */
  begin(done: Callback): Callback {
    this.#count++
    return err => {
      this.#count--
      try {
        done(err)
      } finally {
        // Unless `done` has begun something else
        if (this.isAtRest) this.#release()
      }
    }
  }

  /** Nothing is under way. */
  get isAtRest(): boolean {
    return this.#count === 0
  }

  /** Goes on when nothing is under way any more: mostly at once. */
  atRest<Args extends unknown[]>(goOn: (...args: Args) => void, ...args: Args): void {
    if (this.isAtRest) return goOn(...args)
    this.#waiting.push(inThisContext(() => goOn(...args)))
  }

  #release(): void {
    // One may begin something that the next has to wait for
    while (this.isAtRest && this.#waiting.length > 0) this.#waiting.shift()?.()
  }
}
