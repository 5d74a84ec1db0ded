/** For how long one is waited for, in milliseconds: what comes later than that comes from a store that was down. */
const PATIENCE = 60_000

interface Straggler {
  readonly id: string
  readonly since: number
  ended: boolean
}

/** Writes that were given up, and that the store may make all the same, after a logout that came behind them. */
export class Stragglers {
  /** The oldest first. */
  readonly #all = new Set<Straggler>()

  /** @returns whether the session has been ended since; to be asked when the write has been made */
  begin(id: string): () => boolean {
    const since = Date.now()
    for (const old of this.#all) {
      if (since - old.since < PATIENCE) break
      this.#all.delete(old)
    }
    const straggler: Straggler = { id, since, ended: false }
    this.#all.add(straggler)
    return () => this.#all.delete(straggler) && straggler.ended
  }

  /** The session of this id is being destroyed. */
  end(id: string): void {
    for (const straggler of this.#all) if (straggler.id === id) straggler.ended = true
  }
}
