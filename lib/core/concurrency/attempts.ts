import { StoreUnavailable } from '../errors/store-errors'
import type { SessionData } from '../record/session-data'

/** How often a refused write is tried again at once. Later it waits a little: it is one of many, and they get out of each other's way. */
export const AT_ONCE = 8

/** How often a write is repeated that the store may have made although it failed. */
const MOST_REPEATED = 2

/** How often a store may refuse the version that it has given, although the record stays the same. */
const MOST_STALLED = 12

/** What has become of one conditional write so far. */
export class Attempts {
  refused = 0
  #repeated = 0
  #reads = 0
  #stalled = 0
  #seen: string | undefined

  /** Not of a store that does not answer: it is given up. */
  mayRepeat(err: unknown): boolean {
    return !(err instanceof StoreUnavailable) && ++this.#repeated <= MOST_REPEATED
  }

  /** Whether a read of what became of the write is repeated, which may have been lost with a connection too. */
  mayRead(err: unknown): boolean {
    return !(err instanceof StoreUnavailable) && ++this.#reads <= MOST_REPEATED
  }

  /** Whether refusals lead nowhere. Asked with each record that is read; the first refusals are not compared, since mostly another request wrote. */
  isStalled(record: SessionData): boolean {
    if (this.refused <= AT_ONCE) return false
    const text = JSON.stringify(record)
    this.#stalled = text === this.#seen ? this.#stalled + 1 : 0
    this.#seen = text
    return this.#stalled >= MOST_STALLED
  }
}
