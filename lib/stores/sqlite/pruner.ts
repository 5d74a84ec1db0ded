import type { SqliteRecords } from './records'

/** How long a batch may take, in milliseconds. Its size is adjusted to the time of the last one. */
const BUDGET = 2
/** Rows of one batch. */
const FEWEST = 8
const FIRST = 64
const MOST = 512
/** Between two batches, in milliseconds. */
const PAUSE = 10

/** Removes expired rows in batches of some milliseconds, by timers that do not keep the process running. */
export class Pruner {
  #rows = FIRST
  #timer: NodeJS.Timeout | undefined

  /** @param interval in milliseconds. @param check called once in each interval */
  constructor(
    private readonly records: Pick<SqliteRecords, 'prune'>,
    private readonly interval: number,
    private readonly check: () => void = () => {},
  ) {
    // Processes that start together do not prune together
    this.#schedule(interval * (0.5 + Math.random() / 2))
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  /**
   * Removes one batch.
   *
   * @returns whether there may be more expired rows
   */
  pruneBatch(): boolean {
    const began = performance.now()
    const rows = this.#rows
    const pruned = this.records.prune(rows)
    const took = performance.now() - began
    if (took > BUDGET) this.#rows = Math.max(FEWEST, rows >> 1)
    else if (took < BUDGET / 2) this.#rows = Math.min(MOST, rows * 2)
    return pruned === rows
  }

  #schedule(ms: number): void {
    this.#timer = setTimeout(() => this.#prune(), ms).unref()
  }

  #prune(): void {
    let hasMore = false
    try {
      hasMore = this.pruneBatch()
      if (!hasMore) this.check()
    } catch {
      // The next write reports a locked, full or closed database; the rows stay expired
    }
    this.#schedule(hasMore ? PAUSE : this.interval)
  }
}
