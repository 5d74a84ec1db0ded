import { isBusy } from './errors'
import type { SqliteRecords } from './records'

/** How long a step may take, in milliseconds. Its number of rows is adjusted to the time of the last one. */
const BUDGET = 2
/** Pages of one checkpoint. The number of rows before it is adjusted to the last one. */
const PAGES = 64
/** Rows. */
const FEWEST = 16
const FIRST = 64
const MOST = 512
/** Between two steps: in milliseconds, for a slow disk in durations of the step, and if another process has locked the database. */
const PAUSE = { ms: 10, times: 4, busy: 100 } as const
/** Pages that another connection may keep in the WAL. More of them let the file grow until its read transaction ends. */
const MOST_LEFT = 1000

/** Removes expired rows in steps of some milliseconds, by timers that do not keep the process running. */
export class Pruner {
  /** Where the next step begins. */
  #from = ''
  /** Rows of the next step. */
  #rows = FIRST
  /** Rows that were removed since the last checkpoint, and after how many the next one follows. */
  #removed = 0
  #due = FIRST
  #timer: NodeJS.Timeout | undefined

  /** @param interval in milliseconds. @param check called once in each interval */
  constructor(
    private readonly records: Pick<SqliteRecords, 'prune' | 'checkpoint'>,
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
   * Looks through some rows, or makes a checkpoint for rows that were removed, which waits for the disk.
   *
   * @returns whether there is more to do now
   */
  step(): boolean {
    const isDue = this.#removed > this.#due - FEWEST || (this.#removed > 0 && this.#from === '')
    return isDue ? this.#checkpoint() : this.#prune()
  }

  #prune(): boolean {
    const began = performance.now()
    const { next, removed } = this.records.prune(this.#from, this.#rows, this.#due - this.#removed)
    this.#rows = adjusted(this.#rows, (performance.now() - began) / BUDGET)
    this.#from = next ?? ''
    this.#removed += removed
    return next !== undefined || this.#removed > 0
  }

  /** Its time says little about the number of pages, because it is that of the disk. */
  #checkpoint(): boolean {
    this.#removed = 0
    const { copied, left } = this.records.checkpoint()
    this.#due = adjusted(this.#due, copied / PAGES)
    return this.#from !== '' && left <= MOST_LEFT
  }

  #schedule(ms: number): void {
    this.#timer = setTimeout(() => this.#run(), ms).unref()
  }

  #run(): void {
    const began = performance.now()
    this.#schedule(this.#pauseAfter(() => this.step(), began))
  }

  /** @returns milliseconds */
  #pauseAfter(step: () => boolean, began: number): number {
    try {
      if (step()) return Math.max(PAUSE.ms, PAUSE.times * (performance.now() - began))
      this.check()
    } catch (err) {
      if (isBusy(err)) return Math.min(PAUSE.busy, this.interval)
      // The next write reports a full or closed database; the rows stay expired
    }
    return this.interval
  }
}

/** @param used the part of the budget */
function adjusted(rows: number, used: number): number {
  if (used > 1) return Math.max(FEWEST, rows >> 1)
  return used < 0.5 ? Math.min(MOST, rows * 2) : rows
}
