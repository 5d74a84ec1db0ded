import { StoreUnavailable } from '../errors/store-errors'

/**
 * How long one thing may take, however many calls of the store it needs and however long it waits for its turn. The timer is set when there is first
 * something to wait for: a store that answers at once costs none.
 */
export class Deadline {
  /** Of what is never waited for. */
  static readonly NONE = new Deadline(Infinity)

  #timer: NodeJS.Timeout | undefined
  #giveUp: ((err: Error) => void) | undefined
  #passed: Error | undefined

  /** @param ms milliseconds; `Infinity` never passes */
  constructor(private readonly ms: number) {}

  /** What to fail with, where it has passed. */
  get passed(): Error | undefined {
    return this.#passed
  }

  /** Whether something has been waited for. */
  get hasBegun(): boolean {
    return this.#timer !== undefined
  }

  /** Something is waited for. @param giveUp called if it has not come in time, and `rest` was not called */
  wait(giveUp: (err: Error) => void): void {
    if (this.#passed) return giveUp(this.#passed)
    this.#giveUp = giveUp
    // What nobody but a timer waits for must not keep the process
    if (this.ms < Infinity) this.#timer ??= setTimeout(() => this.#pass(), this.ms).unref()
  }

  /** It has come. */
  rest(): void {
    this.#giveUp = undefined
  }

  /** All has. */
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
