import { NOT_AT_ONCE } from '../../core/store/sync-methods'
import type { ResultCallback } from '../../primitives/callbacks'
import { isBusy } from './errors'

/** Pauses between tries, in milliseconds: the first one, and the longest one. */
const FIRST_PAUSE = 5
const LONGEST_PAUSE = 100

/** How long an operation may wait, in milliseconds. */
const PATIENCE = 5_000

interface Waiting {
  readonly since: number
  /** @returns a function that reports the result */
  act(): () => void
  fail(err: unknown): void
}

/** Repeats operations that met a locked database, first in, first out, without blocking the event loop. */
export class BusyQueue {
  readonly #waiting: Waiting[] = []
  #tries = 0
  #timer: NodeJS.Timeout | undefined

  /**
   * @param check throws a busy error while the app has a transaction open. Reads wait as well: they would see data that may be rolled back
   */
  constructor(private readonly check: () => void) {}

  /**
   * For a caller that cannot wait.
   *
   * @param isRead reads overtake operations that wait: another connection may keep its lock for seconds
   * @throws NOT_AT_ONCE if `act` would have to wait, or would overtake others
   */
  now<Value>(act: () => Value, isRead = false): Value {
    if (!isRead && this.#waiting.length > 0) throw NOT_AT_ONCE
    try {
      this.check()
      return act()
    } catch (err) {
      throw isBusy(err) ? NOT_AT_ONCE : err
    }
  }

  /** @param act is called again if it throws because the database is locked */
  run<Value>(act: () => Value, done: ResultCallback<Value>, isRead = false): void {
    let value: Value
    try {
      value = this.now(act, isRead)
    } catch (err) {
      if (err !== NOT_AT_ONCE) return done(err)
      const attempt = (): (() => void) => {
        const result = act()
        return () => done(null, result)
      }
      this.#waiting.push({ since: performance.now(), act: attempt, fail: done })
      return this.#pause()
    }
    done(null, value)
  }

  /** Fails all waiting operations. */
  close(err: unknown): void {
    clearTimeout(this.#timer)
    for (const { fail } of this.#waiting.splice(0)) fail(err)
  }

  #pause(): void {
    this.#timer ??= setTimeout(
      () => {
        this.#timer = undefined
        this.#work()
      },
      Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** this.#tries++),
    )
  }

  #work(): void {
    for (let first = this.#waiting[0]; first; first = this.#waiting[0]) {
      let report: () => void
      try {
        this.check()
        report = first.act()
      } catch (err) {
        if (isBusy(err)) return this.#giveUp(err)
        const { fail } = first
        report = () => fail(err)
      }
      this.#waiting.shift()
      report()
    }
    this.#tries = 0
  }

  /** Fails the operations that have waited for too long. They are not tried again: each try would block the event loop. */
  #giveUp(busy: unknown): void {
    const now = performance.now()
    const isLate = ({ since }: Waiting): boolean => now - since >= PATIENCE
    const late = this.#waiting.filter(isLate)
    this.#waiting.splice(0, late.length)
    if (this.#waiting.length > 0) this.#pause()
    else this.#tries = 0
    for (const { fail } of late) fail(busy)
  }
}
