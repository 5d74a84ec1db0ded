import type { ServerResponse } from 'node:http'

type Listener = ((...args: unknown[]) => void) & { listener?: unknown }

type Methods = Record<'on' | 'off' | 'removeListener', (event: string, listener: Listener) => unknown>

/** Emits 'drain' for writers whose call was deferred and returned false, and for nothing else. */
export class Drain {
  readonly #res: ServerResponse
  /**
   * Listeners that the `on` of a third-party package did not add to the response: compression forwards them to its own stream, which was never full
   * and emits nothing. OpenTelemetry adds them, bound to their context.
   */
  readonly #forwarded = new Set<Listener>()
  #wanted = false

  constructor(res: ServerResponse) {
    this.#res = res
    if (Object.hasOwn(res, 'on')) this.#hear(res as unknown as Methods)
  }

  #hear(methods: Methods): void {
    const res = this.#res
    const { on } = methods
    // With a name of its own: see patch-response.ts
    const hear: Methods['on'] = (event, listener) => {
      if (event !== 'drain') return on.call(res, event, listener)
      const count = res.listenerCount?.('drain')
      const returned = on.call(res, event, listener)
      if (res.listenerCount?.('drain') === count) this.#forwarded.add(listener)
      return returned
    }
    methods.on = hear
    for (const name of ['off', 'removeListener'] as const) {
      const native = methods[name]
      if (typeof native !== 'function') continue
      const forget: Methods['off'] = (event, listener) => {
        if (event === 'drain') this.#forget(listener)
        return native.call(res, event, listener)
      }
      methods[name] = forget
    }
  }

  /** A listener of `once` is found by the function that it calls, as in Node. */
  #forget(listener: Listener): void {
    const found = [...this.#forwarded].find(each => each === listener || each.listener === listener)
    if (found) this.#forwarded.delete(found)
  }

  /** A writer was told to wait. */
  want(): void {
    this.#wanted = true
  }

  /** The response is replaced. */
  cleared(): this {
    this.#wanted = false
    this.#forwarded.clear()
    return this
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
    // If compression has decided not to compress, it has added them to the response
    const own = new Set<unknown>(this.#forwarded.size > 0 ? res.rawListeners?.('drain') : [])
    for (const listener of this.#forwarded) if (!own.has(listener)) listener.call(res)
    res.emit?.('drain')
  }
}
