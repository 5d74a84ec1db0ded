import { isInTransaction, transaction, type SqliteDatabase } from './database'
import { isBusy } from './errors'
import { keyOf } from './keys'
import type { Statements } from './statements'

/** How long a new expiry waits in memory, in milliseconds. A process that is killed loses the touches of this time, and nothing else. */
export const DEFERRED = 1_000

/** A session that expires within this time, in milliseconds, is touched at once: another process must not treat it as expired. */
export const TOO_SOON = 10 * DEFERRED

/** Rows of one transaction. Most are on pages of their own, so that more of them take longer, and save nothing. */
const BATCH = 50

/** An expiry that no row has. */
const NEVER = -1

interface Moved {
  readonly version: number
  readonly expires: number
  /** The expiry of the row when the touch came. */
  readonly from: number
}

/**
 * New expiries that are not written yet. Most requests only touch their session, and a transaction for each would take longer than the rest of the
 * request. Many in one transaction cost little.
 */
export class DeferredTouches {
  readonly #moved = new Map<string, Moved>()
  #timer: NodeJS.Timeout | undefined
  #fails = false

  constructor(
    private readonly database: SqliteDatabase,
    private readonly statements: Pick<Statements, 'extend'>,
  ) {}

  /**
   * @param from the expiry of the row as it was read
   * @returns false if the caller must write now, to get the error
   */
  add(id: string, version: number, expires: number, from = NEVER): boolean {
    if (this.#fails) return false
    this.#moved.set(id, { version, expires, from })
    this.#schedule(DEFERRED)
    return true
  }

  /**
   * The new expiry that waits for a row of this version.
   *
   * @param stored the expiry of the row
   */
  expiresOf(id: string, version: number, stored?: number): number | undefined {
    const moved = this.#moved.get(id)
    return moved && (moved.version === version || moved.from === stored) ? moved.expires : undefined
  }

  delete(id: string): void {
    this.#moved.delete(id)
  }

  clear(): void {
    this.#moved.clear()
  }

  /**
   * Writes all that waits.
   *
   * @throws errors of the driver; what is not written keeps waiting
   */
  flush(): void {
    while (this.#moved.size > 0) this.#writeBatch()
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  #schedule(ms: number): void {
    this.#timer ??= setTimeout(() => this.write(), ms).unref()
  }

  /** Writes one batch. The timer writes the next one, so that requests are served in between. */
  write(): void {
    this.#timer = undefined
    try {
      // It would become part of the app's transaction. The check throws if the app has closed its database
      if (isInTransaction(this.database)) return this.#schedule(DEFERRED)
      this.#writeBatch()
      this.#fails = false
    } catch (err) {
      this.#fails = !isBusy(err)
      return this.#schedule(DEFERRED)
    }
    if (this.#moved.size > 0) this.#schedule(1)
  }

  #writeBatch(): void {
    const batch = Array.from(this.#moved.entries()).slice(0, BATCH)
    transaction(this.database, () => {
      // Not over a later write that has ended or shortened the session, nor over a later expiry. A request without activity writes the expiry that it has read
      for (const [id, { version, expires, from }] of batch) this.statements.extend.run(expires, keyOf(id), version, from, expires)
    })
    for (const [id] of batch) this.#moved.delete(id)
  }
}
