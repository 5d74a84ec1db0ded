import { StoreUnavailable } from '../errors/store-errors'
import type { SessionData } from '../record/session-data'

/** How often a refused write is tried again at once. Later attempts wait a random time, so that many processes do not collide again. */
export const AT_ONCE = 8

/** How often a failed write whose outcome is unknown is repeated. */
const MOST_REPEATED = 2

/** How often in a row a store may refuse the version that it returned, although the record has not changed. */
const MOST_STALLED = 12

/** The attempts of one conditional write. */
export class Attempts {
  refused = 0
  #repeated = 0
  #reads = 0
  #stalled = 0
  #record: string | undefined

  /** Whether the write is repeated. Not after a timeout, and not while the circuit breaker is open. */
  mayRepeat(err: unknown): boolean {
    return !(err instanceof StoreUnavailable) && ++this.#repeated <= MOST_REPEATED
  }

  /** Whether the read that looks for the write's outcome is repeated: it may be lost with the connection too. */
  mayRead(err: unknown): boolean {
    return !(err instanceof StoreUnavailable) && ++this.#reads <= MOST_REPEATED
  }

  /** Whether the store refuses although nothing changes. Called with each record that is read. The first refusals are not compared, because usually another process has written. */
  isStalled(record: SessionData | null | undefined): boolean {
    if (this.refused <= AT_ONCE) return false
    const text = textOf(record)
    this.#stalled = text === this.#record ? this.#stalled + 1 : 0
    this.#record = text
    return this.#stalled >= MOST_STALLED
  }
}

/** A record that JSON cannot express is compared with no other. */
function textOf(record: SessionData | null | undefined): string | undefined {
  try {
    return JSON.stringify(record)
  } catch {
    return undefined
  }
}
