/** How many late writes are remembered at most. If a store never responds, the circuit breaker opens long before. */
const MOST_LATE = 10_000

/** A write that has timed out. It keeps its `ActiveSession` until it ends. */
interface LateWrite {
  end(): void
}

/** The writes of a store that have timed out and may still be made. */
export class LateWrites {
  /** Oldest first. */
  readonly #late = new Set<LateWrite>()

  get size(): number {
    return this.#late.size
  }

  keep(write: LateWrite): void {
    this.#late.add(write)
    const [oldest] = this.#late
    if (this.#late.size > MOST_LATE) oldest?.end()
  }

  forget(write: LateWrite): void {
    this.#late.delete(write)
  }
}
