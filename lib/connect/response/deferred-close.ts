import { ServerResponse } from 'node:http'
import { setImmediate } from '../../primitives/set-immediate'
import type { CallLine } from './call-line'
import { guardsOf, type CloseGuard, type Holder } from './close-guard'
import { isTaken } from './lent-socket'

/**
 * Defers calls that would close the connection of a waiting response: `destroy` and `end` of its socket, stream or session. `server.close` and
 * finalhandler use these too.
 */
export class DeferredClose implements Holder {
  isPassing = false
  /** `res.destroy` was called. */
  destroysResponse = false
  /** The error that `res.destroy` was called with. */
  error: unknown = null
  readonly #guards: CloseGuard[]
  readonly #calls: (() => void)[] = []
  #timer: NodeJS.Timeout | undefined
  #isOver = false
  /** The response has had a socket. An app that detaches it may still close it. */
  #hadSocket = false

  /**
   * @param line the waiting calls
   * @param longest milliseconds after which a call is made even if the response has not been sent
   * @param onChange called when a call is deferred, and before deferred calls are made
   */
  constructor(
    private readonly res: ServerResponse,
    private readonly line: CallLine,
    private readonly longest: number,
    private readonly onChange: () => void,
  ) {
    this.#guards = guardsOf(res)
  }

  hold(): void {
    this.#hadSocket ||= Boolean(this.res.socket)
    if (!this.#isOver) for (const { holders } of this.#guards) holders.add(this)
  }

  /** Whether no other response of the connection is deferred. */
  get isLast(): boolean {
    return this.#guards.every(({ holders }) => holders.size < 2)
  }

  get isWhole(): boolean {
    // A connection of HTTP/2 needs both directions
    return this.line.hasEnd && this.res instanceof ServerResponse
  }

  get isStranded(): boolean {
    const { req } = this.res as { req?: ServerResponse['req'] }
    return !this.#hadSocket && isQueued(this.res) && !isTaken(req?.socket)
  }

  /** Whether a call is deferred. */
  get isWanted(): boolean {
    return this.#calls.length > 0
  }

  defer(carrier: unknown, args: unknown[], call: () => void): void {
    this.#calls.push(call)
    if (carrier === this.res && !this.destroysResponse) {
      this.destroysResponse = true
      this.error = args[0]
    }
    if (this.longest < Infinity) this.#timer ??= setTimeout(() => this.#giveUp(), this.longest).unref()
    this.onChange()
  }

  /** Ends the deferral, and makes the deferred calls unless another response of the connection is deferred. */
  release(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.destroysResponse = false
    for (const { holders } of this.#guards) holders.delete(this)
    const calls = this.#calls.splice(0)
    if (calls.length > 0) this.onChange()
    for (const call of calls) call()
  }

  #giveUp(): void {
    this.#isOver = true
    this.release()
  }
}

type Source = Pick<ServerResponse, 'once' | 'writableFinished' | 'closed' | 'writableNeedDrain'> & {
  endAfterHeaders?: boolean
  readableEnded?: boolean
}

/**
 * Calls back when the data passed to Node has been sent, or can no longer be sent.
 *
 * @param isWhole whether that is the whole response
 */
export function whenOut(res: ServerResponse, isWhole: boolean, act: () => void): void {
  const { stream, stream: source = res } = res as unknown as { stream?: Source } & Source
  if (typeof source.once !== 'function' || source.closed) return void setImmediate(act)
  // Node writes corked data before the next turn of the event loop
  if (!isWhole) return void setImmediate(() => (source.writableNeedDrain ? onceEither(source, 'drain', act) : act()))
  // An HTTP/2 stream closes by itself, without an error, when both sides have ended
  const isClosing = stream?.endAfterHeaders === true || stream?.readableEnded === true
  if (isClosing) onceEither(source, 'close', act)
  else if (source.writableFinished && !isQueued(res)) setImmediate(act)
  else onceEither(source, 'finish', act)
}

/** Whether a pipelined response waits for those before it. */
export function isQueued(res: ServerResponse): boolean {
  return res instanceof ServerResponse && !res.socket && !res.closed
}

/** Acts once after the event or `close`, on a turn of its own. */
export function onceEither(source: Pick<Source, 'once'>, event: string, act: () => void): void {
  let isDone = false
  const once = (): void => {
    if (!isDone) setImmediate(act)
    isDone = true
  }
  source.once(event, once)
  source.once('close', once)
}
