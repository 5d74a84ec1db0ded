import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/**
 * The socket of a response that a server made itself, for an 'upgrade' request, and detached right after `end`. The waiting calls still need it.
 */
export class LentSocket {
  #socket: Socket | undefined
  #isLent = false

  constructor(private readonly res: ServerResponse) {}

  /** A call waits. */
  remember(): void {
    this.#socket = this.res.socket ?? this.#socket
  }

  /** Attaches the socket if the app has detached it, and no other response has it. */
  lend(): void {
    const { res } = this
    const socket = this.#socket
    if (!socket || res.socket || res.writableEnded || socket.destroyed || isTaken(socket)) return
    res.assignSocket(socket)
    this.#isLent = true
  }

  /** The calls have been passed on. */
  takeBack(): void {
    if (this.#isLent) this.res.detachSocket(this.#socket as Socket)
    this.#isLent = false
  }
}

/** Whether a socket carries a response now. */
export function isTaken(socket: Socket | null | undefined): boolean {
  return Boolean((socket as { _httpMessage?: unknown } | null | undefined)?._httpMessage)
}
