import { ServerResponse } from 'node:http'
import { setImmediate } from '../../primitives/set-immediate'

type Act = (...args: unknown[]) => unknown

/** The object whose methods close a connection or a part of it. */
type Carrier = Record<string, unknown> & { [GUARD]?: CloseGuard }

const GUARD = Symbol('resession.closeGuard')

interface Kind {
  /** The methods that close it. */
  readonly methods: readonly string[]
  /** Whether the client has disconnected, so that there is nothing to wait for. */
  isGone(carrier: Carrier, args: unknown[]): boolean
}

const RESPONSE: Kind = { methods: ['destroy'], isGone: res => Boolean(res.closed) }

const SOCKET: Kind = {
  methods: ['destroy', 'destroySoon', 'end', 'resetAndDestroy'],
  // Without half-open connections, Node closes the socket when the client ends its side
  isGone: (socket, [err]) => isClosed(socket) || isNetworkError(err),
}

const STREAM: Kind = {
  methods: ['destroy', 'close', 'end'],
  isGone: ({ closed, destroyed, session }) => Boolean(closed) || Boolean(destroyed) || !session || isSessionOver(session as Carrier),
}

const SESSION: Kind = {
  methods: ['destroy'],
  // The client sent GOAWAY with an error
  isGone: (session, [err]) => isSessionOver(session) || (err as NodeJS.ErrnoException | undefined)?.code === 'ERR_HTTP2_SESSION_ERROR',
}

function isClosed({ destroyed, readableEnded, server }: Carrier): boolean {
  return Boolean(destroyed) || (readableEnded === true && !(server as { httpAllowHalfOpen?: boolean } | undefined)?.httpAllowHalfOpen)
}

/** An error of a read or write that the operating system refused. Node destroys the socket with it. */
function isNetworkError(err: unknown): boolean {
  const { syscall } = (err ?? {}) as NodeJS.ErrnoException
  return syscall === 'read' || syscall === 'write' || syscall === 'shutdown'
}

function isSessionOver(session: Carrier): boolean {
  const socket = socketOf(session)
  return Boolean(session.destroyed) || !socket || isClosed(socket)
}

/** The socket below an HTTP/2 session. `session.socket` is a proxy that refuses the methods needed here. */
function socketOf(session: Carrier): Carrier | undefined {
  const key = Object.getOwnPropertySymbols(session).find(({ description }) => description === 'socket')
  return (key ? (session as Record<symbol, unknown>)[key] : session.socket) as Carrier | undefined
}

/** Patches the closing methods of a carrier, once. Responses follow one another on a connection, and HTTP/2 has several at a time. */
class CloseGuard {
  readonly holders = new Set<DeferredClose>()

  static on(carrier: Carrier, kind: Kind): CloseGuard {
    return carrier[GUARD] ?? new CloseGuard(carrier, kind)
  }

  private constructor(
    private readonly carrier: Carrier,
    private readonly kind: Kind,
  ) {
    Object.defineProperty(carrier, GUARD, { value: this })
    for (const name of kind.methods) {
      const native = carrier[name]
      if (typeof native !== 'function') continue
      const guarded: Act = (...args) => this.#call(name, native as Act, args)
      Object.defineProperty(carrier, name, { value: guarded, configurable: true, writable: true })
    }
  }

  #call(name: string, native: Act, args: unknown[]): unknown {
    const holder = [...this.holders].find(({ isPassing }) => !isPassing)
    if (!holder || this.kind.isGone(this.carrier, args)) return native.apply(this.carrier, args)
    // A reset would discard data that the operating system has not sent yet
    const later = name === 'resetAndDestroy' ? 'destroy' : name
    holder.defer(this.carrier, () => void (this.carrier[later] as Act)(...args))
    return this.carrier
  }
}

/**
 * Defers calls that would close the connection of a waiting response: `destroy` and `end` of its socket, stream or session. `server.close` and
 * finalhandler use these too.
 */
export class DeferredClose {
  /** Calls are passing to Node now, which has received the response. */
  isPassing = false
  /** `res.destroy` was called. */
  destroysResponse = false
  readonly #guards: CloseGuard[]
  readonly #calls: (() => void)[] = []
  #timer: NodeJS.Timeout | undefined
  #isOver = false

  /**
   * @param longest milliseconds after which a call is made even if the response has not been sent
   * @param onChange called when a call is deferred, and before deferred calls are made
   */
  constructor(
    private readonly res: ServerResponse,
    private readonly longest: number,
    private readonly onChange: () => void,
  ) {
    this.#guards = guardsOf(res)
  }

  hold(): void {
    if (!this.#isOver) for (const { holders } of this.#guards) holders.add(this)
  }

  /** Whether no other response of the connection is deferred. */
  get isLast(): boolean {
    return this.#guards.every(({ holders }) => holders.size < 2)
  }

  /** Whether a call is deferred. */
  get isWanted(): boolean {
    return this.#calls.length > 0
  }

  defer(carrier: unknown, call: () => void): void {
    this.#calls.push(call)
    this.destroysResponse ||= carrier === this.res
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

function guardsOf(res: ServerResponse): CloseGuard[] {
  const { stream, req, socket = req?.socket } = res as ServerResponse & { stream?: Carrier }
  const guards: [unknown, Kind][] = [[res, RESPONSE]]
  const session = stream?.session as Carrier | undefined
  if (session) guards.push([stream, STREAM], [session, SESSION], ...socketsOf(socketOf(session)))
  // A pipelined response has no socket of its own yet
  else guards.push(...socketsOf((socket ?? req?.socket) as unknown as Carrier | undefined))
  return guards.map(([carrier, kind]) => CloseGuard.on(carrier as Carrier, kind))
}

/** A TLS socket, and the socket below it, which 'connection' listeners of a server receive. */
function socketsOf(socket: Carrier | null | undefined): [Carrier, Kind][] {
  if (!socket || typeof socket !== 'object') return []
  const below = socket._parent as Carrier | null | undefined
  if (!below) return [[socket, SOCKET]]
  // Node closes it with the TLS socket
  const isGone: Kind['isGone'] = (carrier, args) => Boolean(socket.destroyed) || SOCKET.isGone(carrier, args)
  return [
    [socket, SOCKET],
    [below, { ...SOCKET, isGone }],
  ]
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
