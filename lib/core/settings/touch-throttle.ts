/** Sessions per generation; two generations take four megabytes. A session that was dropped is touched once more than necessary. */
const MOST = 20_000

/**
 * Remembers when sessions were last touched. It has two generations, of which the older one is dropped after `touchAfter`. lru-cache takes 0.06 microseconds
 * for a lookup, and this 0.22, most of it for the time (`npm run structures`): lru-cache reads the clock once in a millisecond with a timer, which tests
 * that turn the clock do not reach.
 */
export class TouchThrottle {
  #recent = new Map<string, number>()
  #older = new Map<string, number>()
  #since = Date.now()

  /** @param ms the option `touchAfter`, in milliseconds */
  constructor(private readonly ms: number) {}

  get size(): number {
    return this.#recent.size + this.#older.size
  }

  /** @param maxAge of the session in milliseconds: a touch is valid for at most half of it */
  isRecent(id: string, maxAge: number | null): boolean {
    const touched = this.#recent.get(id) ?? this.#older.get(id)
    if (touched === undefined) return false
    const age = Date.now() - touched
    // Negative if the clock was set back
    return age >= 0 && age < Math.min(this.ms, (maxAge ?? Infinity) / 2)
  }

  note(id: string): void {
    const now = Date.now()
    if (Math.abs(now - this.#since) >= this.ms || this.#recent.size >= MOST) {
      this.#older = this.#recent
      this.#recent = new Map()
      this.#since = now
    }
    this.#recent.set(id, now)
  }

  /** The touch has failed. */
  forget(id: string): void {
    this.#recent.delete(id)
    this.#older.delete(id)
  }
}
