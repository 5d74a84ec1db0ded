/** How long an earlier ID is accepted after a renewal, in milliseconds. Shared by all clients of one kind of store; 0 without the option. */
export class Grace {
  #ms = 0

  get ms(): number {
    return this.#ms
  }

  /** If several middlewares share a store, the longest time holds. */
  use(ms: number): void {
    this.#ms = Math.max(this.#ms, ms)
  }
}
