import { StoreUnavailable } from '../errors/store-errors'

/**
 * The time limit of one operation, with all its calls to the store and its time in the queue. The timer is set at the first wait: a store that is
 * synchronous costs no timer.
 */
export class Deadline {
  /** For an operation whose calls are usually synchronous. A call that has to wait gets a deadline of its own. */
  static readonly NONE = new Deadline(Infinity)

  #timer: NodeJS.Timeout | undefined
  #giveUp: ((err: Error) => void) | undefined
  #passed: Error | undefined

  /** @param ms milliseconds; `Infinity` never passes */
  constructor(private readonly ms: number) {}

  /** The error to fail with, if the time is up. */
  get passed(): Error | undefined {
    return this.#passed
  }

  /** Whether the time has begun to run. */
  get hasBegun(): boolean {
    return this.#timer !== undefined
  }

  /** Begins to wait; the time runs from the first wait. @param giveUp called when the time is up, unless `rest` or another `wait` comes first */
  wait(giveUp: (err: Error) => void): void {
    if (this.#passed) return giveUp(this.#passed)
    this.#giveUp = giveUp
    // A timer alone must not keep the process alive
    if (this.ms < Infinity) this.#timer ??= setTimeout(() => this.#pass(), this.ms).unref()
  }

  /** The operation does not wait at the moment. */
  rest(): void {
    this.#giveUp = undefined
  }

  /** The operation has ended. */
  end(): void {
    this.rest()
    clearTimeout(this.#timer)
  }

  #pass(): void {
    const giveUp = this.#giveUp
    this.rest()
    this.#passed = new StoreUnavailable(`store did not answer within ${this.ms} ms`, 'ERR_STORE_TIMEOUT')
    giveUp?.(this.#passed)
  }
}
