import { isInTransaction, transaction, type SqliteDatabase } from './database'
import { isBusy } from './errors'
import type { Statements } from './statements'

/** How long an expiry waits in memory before it is written, in milliseconds. A process that is killed loses the moves of this time, and nothing else. */
export const DEFERRED = 1_000

/** A session that expires sooner, in milliseconds, is touched at once: another process must not take it for expired meanwhile. */
export const TOO_SOON = 10 * DEFERRED

/** Rows of one transaction. It takes a few milliseconds. */
const BATCH = 200

interface Moved {
  readonly version: number
  readonly expires: number
}

/**
 * Expiries that have moved and are not written yet. Most requests only touch their session, and a transaction for each would take longer than the rest
 * of the request; many in one transaction cost little.
 */
export class DeferredTouches {
  readonly #moved = new Map<string, Moved>()
  #timer: NodeJS.Timeout | undefined
  #fails = false

  constructor(
    private readonly database: SqliteDatabase,
    private readonly statements: Pick<Statements, 'extend'>,
  ) {}

  /** @returns false if the caller has to write it now, to learn why nothing can be written */
  add(id: string, version: number, expires: number): boolean {
    if (this.#fails) return false
    this.#moved.set(id, { version, expires })
    this.#schedule(DEFERRED)
    return true
  }

  /** The expiry that waits for a row of this version. */
  expiresOf(id: string, version: number): number | undefined {
    const moved = this.#moved.get(id)
    return moved && moved.version === version ? moved.expires : undefined
  }

  delete(id: string): void {
    this.#moved.delete(id)
  }

  clear(): void {
    this.#moved.clear()
  }

  /** Writes all that waits. @throws what the driver throws; what is not written waits on */
  flush(): void {
    while (this.#moved.size > 0) this.#writeBatch()
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  #schedule(ms: number): void {
    this.#timer ??= setTimeout(() => this.write(), ms).unref()
  }

  /** Writes one batch; the timer writes the next one, so that requests come in between. */
  write(): void {
    this.#timer = undefined
    try {
      // It would become a part of the app's transaction. Asking throws if the app has closed its database
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
      // Not over a later write, which has a version of its own, nor over a later end
      for (const [id, { version, expires }] of batch) this.statements.extend.run(expires, id, version, expires)
    })
    for (const [id] of batch) this.#moved.delete(id)
  }
}
