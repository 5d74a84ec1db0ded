import type { SessionStore } from './contract'

/** What a store has last said of its connection, by `disconnect` and `connect`. */
export class Connection {
  #ready = true
  #said = 0

  constructor(store: SessionStore) {
    // One listener of each for a store, however many middlewares share it: eleven would be a warning
    for (const event of ['disconnect', 'connect'] as const) {
      store.on?.(event, () => {
        this.#ready = event === 'connect'
        this.#said++
      })
    }
  }

  /** @returns whether the store is connected: true until it says something, as in express-session */
  readiness(): () => boolean {
    const before = this.#said
    return () => this.#ready || this.#said === before
  }
}
