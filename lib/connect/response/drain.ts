import type { ServerResponse } from 'node:http'

type Listener = (...args: unknown[]) => void

/** Emits 'drain' for writers whose call was deferred and returned false, and for nothing else. */
export class Drain {
  readonly #res: ServerResponse
  /**
   * Listeners added through the `on` of a third-party package: compression forwards them to its own stream, which was never full and emits nothing.
   */
  readonly #heard = new Set<Listener>()
  #wanted = false

  constructor(res: ServerResponse) {
    this.#res = res
    if (!Object.hasOwn(res, 'on')) return
    const patched = res as { on(event: string, listener: Listener): unknown }
    const { on } = patched
    // With a name of its own: see patch-response.ts
    const hear: typeof on = (event, listener) => {
      if (event === 'drain') this.#heard.add(listener)
      return on.call(res, event, listener)
    }
    patched.on = hear
  }

  /** A writer was told to wait. */
  want(): void {
    this.#wanted = true
  }

  /**
   * No call waits any longer.
   *
   * @param full whether the last write returned false, so that Node will emit 'drain'. `writableNeedDrain` is not reliable: without a socket that
   * drains, it stays true
   */
  tell(full: boolean): void {
    const res = this.#res
    if (!this.#wanted || full) return
    this.#wanted = false
    const own = new Set(this.#heard.size > 0 ? res.rawListeners('drain') : [])
    for (const listener of this.#heard) if (!own.has(listener)) listener.call(res)
    res.emit?.('drain')
  }
}
