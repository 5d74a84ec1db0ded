import type { ServerResponse } from 'node:http'

type Listener = (...args: unknown[]) => void

/** What a response says to whoever found it full: here to those whose write was held, and who were told to wait for that alone. */
export class Drain {
  readonly #res: ServerResponse
  /** Who listens by way of a neighbour's `on`: compression sends them on to its stream, which was never full and says nothing. */
  readonly #heard = new Set<Listener>()
  #wanted = false

  constructor(res: ServerResponse) {
    this.#res = res
    if (!Object.hasOwn(res, 'on')) return
    const patched = res as { on(event: string, listener: Listener): unknown }
    const { on } = patched
    // Under a name of its own, as in patch-response
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
   * Nothing is held any more.
   *
   * @param full whether the last write returned false, so that Node will emit 'drain'. `writableNeedDrain` says less: without a socket that drains, it stays true
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
