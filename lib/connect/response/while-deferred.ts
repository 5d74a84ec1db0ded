import { ServerResponse } from 'node:http'
import { CallLine } from './call-line'
import { DeferredClose, isQueued, whenOut } from './deferred-close'
import { LentSocket } from './lent-socket'
import { ReportedState } from './reported-state'

/** The state of a response with waiting calls: it reports what their callers were promised, and its connection stays open. */
export class WhileDeferred {
  readonly line = new CallLine()
  readonly #reported: ReportedState
  readonly #closing: DeferredClose
  readonly #socket: LentSocket | undefined

  /**
   * @param longest milliseconds for which a call that closes the connection may wait
   * @param isBusy whether a wrapped method may pass data to Node while calls wait
   */
  constructor(
    private readonly res: ServerResponse,
    longest: number,
    private readonly isBusy: () => boolean,
  ) {
    this.#reported = new ReportedState(res, this.line)
    if (res instanceof ServerResponse) this.#socket = new LentSocket(res)
    this.#closing = new DeferredClose(res, this.line, longest, () => {
      if (!this.#closing.isPassing) this.#report()
    })
  }

  /** The headers are final, except for those of the session. */
  isSettled = false

  get isDestroyed(): boolean {
    return this.#closing.destroysResponse
  }

  /** A call waits. */
  hold(): void {
    this.#socket?.remember()
    this.#closing.hold()
    if (!this.#closing.isPassing) this.#report()
  }

  /** Calls are about to be passed to Node, which must find its own state. */
  suspend(): void {
    const { res } = this
    const closing = this.#closing
    closing.isPassing = true
    this.#reported.withdraw()
    // The client must not send another request on a connection that is about to close
    if (closing.isWanted && closing.isLast && res.shouldKeepAlive && !res.headersSent) res.shouldKeepAlive = false
    this.#socket?.lend()
  }

  /**
   * The calls have been passed on.
   *
   * @param isWhole whether the whole response has been passed to Node, or another response replaces it
   */
  resume(isWhole: boolean): void {
    this.#socket?.takeBack()
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
      head: line.head,
      bytes: line.hasBytes,
      end: line.hasEnd,
      drain: line.hasWrite,
      destroy: this.isDestroyed,
      error: this.#closing.error,
      isBusy: this.isBusy(),
    })
  }
}
