import type { ServerResponse } from 'node:http'
import { DeferredClose, isQueued, whenOut } from './deferred-close'
import type { DeferredCall } from './deferred-call'
import { ReportedState } from './reported-state'

/** What holds of a response while calls on it wait: it reports what their callers were promised, and its connection stays open. */
export class WhileDeferred {
  readonly #reported: ReportedState
  readonly #closing: DeferredClose

  /**
   * @param line the calls that wait
   * @param longest milliseconds for which a call that closes the connection may wait
   */
  constructor(
    private readonly res: ServerResponse,
    private readonly line: readonly DeferredCall[],
    longest: number,
  ) {
    this.#reported = new ReportedState(res)
    this.#closing = new DeferredClose(res, longest, () => {
      if (!this.#closing.isPassing) this.#report()
    })
  }

  /** The headers are as they will be sent, but for the session's. */
  isSettled = false

  get isDestroyed(): boolean {
    return this.#closing.destroysResponse
  }

  /** A call waits. */
  hold(): void {
    this.#closing.hold()
    if (!this.#closing.isPassing) this.#report()
  }

  /** Calls are about to be given to Node, which must find its own state. */
  suspend(): void {
    const { res } = this
    const closing = this.#closing
    closing.isPassing = true
    this.#reported.withdraw()
    // The client must not send another request on a connection that is about to be closed
    if (closing.isWanted && closing.isLast && res.shouldKeepAlive && !res.headersSent) res.shouldKeepAlive = false
  }

  /** They have been given. @param isWhole whether nothing but the response's way to the client is left, or another response takes its place */
  resume(isWhole: boolean): void {
    this.#closing.isPassing = false
    const isWaiting = this.line.length > 0
    if (isWaiting || this.isDestroyed) this.#report()
    if (isWaiting) return
    const isDelayed = this.#closing.isWanted || (isWhole && isQueued(this.res))
    if (isDelayed) whenOut(this.res, isWhole, () => this.#closing.release())
    else this.#closing.release()
  }

  #report(): void {
    const { line } = this
    this.#reported.report({
      headers: this.isSettled && line.length > 0,
      bytes: line.some(({ method, failed }) => method !== 'writeHead' && !failed),
      end: line.some(({ asks, failed }) => asks === 'last' && !failed),
      drain: line.some(({ method, failed }) => method === 'write' && !failed),
      destroy: this.isDestroyed,
    })
  }
}
