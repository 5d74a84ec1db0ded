import { StoreUnavailable } from '../errors/store-errors'
import { publish } from '../diagnostics/channels'

/** Consecutive timeouts that open the circuit. */
const MOST_UNANSWERED = 5
/** How long it stays open, in milliseconds. Then one call tests the store. */
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
  /** Whether it is time to test the store. */
  #due = false

  get isOpen(): boolean {
    return this.#open
  }

  /**
   * The error to fail with instead of calling the store.
   *
   * @param probe calls the store without an effect, and reports its response
   */
  refuse(probe: () => void): Error | undefined {
    if (!this.#open) return undefined
    if (this.#due) {
      this.#wait()
      probe()
    }
    // The probe may have been answered synchronously
    return this.#open
      ? new StoreUnavailable('store does not respond; the circuit breaker is open for a second', 'ERR_STORE_UNAVAILABLE')
      : undefined
  }

  /** The store has responded in time. */
  answered(err: unknown): void {
    this.#unanswered = 0
    this.answeredLate(err)
  }

  /** A late response shows that the store is back. */
  answeredLate(err: unknown): void {
    if (!this.#open || err) return
    this.#open = false
    this.#unanswered = 0
    clearTimeout(this.#timer)
    publish('available')
  }

  /** The store has not responded in time. */
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
