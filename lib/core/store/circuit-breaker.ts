import { StoreUnavailable } from '../errors/store-errors'
import { publish } from '../diagnostics/channels'

/** Calls in a row that were not answered in time, after which a store is left alone. */
const MOST_UNANSWERED = 5
/** For so long, in milliseconds; then one call a time finds out whether it is back. */
const PAUSE = 1000

/**
 * A circuit breaker. While the store does not respond, requests fail immediately; a separate call tests whether it is back. An error is a response; only
 * timeouts count. opossum and cockatiel wrap each call in a promise, which takes 0.9 to 5 microseconds for 0.003 here (`npm run structures`), and makes
 * synchronous stores asynchronous.
 */
export class CircuitBreaker {
  #unanswered = 0
  #open = false
  #timer: NodeJS.Timeout | undefined
  /** It is time to ask again. */
  #due = false

  /** What to fail with instead of asking. @param probe asks the store for something of no consequence, and tells us what it answers */
  refuse(probe: () => void): Error | undefined {
    if (!this.#open) return undefined
    if (this.#due) {
      this.#wait()
      probe()
    }
    // The probe may have been answered at once
    return this.#open
      ? new StoreUnavailable('store does not respond; the circuit breaker is open for a second', 'ERR_STORE_UNAVAILABLE')
      : undefined
  }

  /** The store has answered in time. */
  answered(err: unknown): void {
    this.#unanswered = 0
    this.answeredLate(err)
  }

  /** What nobody waits for any more still tells that the store is back. */
  answeredLate(err: unknown): void {
    if (!this.#open || err) return
    this.#open = false
    this.#unanswered = 0
    clearTimeout(this.#timer)
    publish('available')
  }

  /** It has not, in time. */
  unanswered(): void {
    if (++this.#unanswered < MOST_UNANSWERED || this.#open) return
    this.#open = true
    publish('unavailable')
    this.#wait()
  }

  #wait(): void {
    this.#due = false
    this.#timer = setTimeout(() => (this.#due = true), PAUSE).unref()
  }
}
