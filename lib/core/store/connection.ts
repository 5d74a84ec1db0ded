import type { SessionStore } from './contract'

/** Whether a store is connected, by its events `disconnect` and `connect`. */
export class Connection {
  #ready = true
  #said = 0

  constructor(store: SessionStore) {
    // One listener per event and store: eleven would cause a warning
    for (const event of ['disconnect', 'connect'] as const) {
      store.on?.(event, () => {
        this.#ready = event === 'connect'
        this.#said++
      })
    }
  }

  /** @returns whether the store is connected; true until its next event, as in express-session */
  readiness(): () => boolean {
    const before = this.#said
    return () => this.#ready || this.#said === before
  }
}
