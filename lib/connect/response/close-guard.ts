import type { ServerResponse } from 'node:http'

type Act = (...args: unknown[]) => unknown

/** The object whose methods close a connection or a part of it. */
type Carrier = Record<string, unknown> & { [GUARD]?: CloseGuard }

const GUARD = Symbol('resession.closeGuard')

/** A deferred response, which holds back the calls that would close its connection. */
export interface Holder {
  /** Calls are passing to Node now, which has received the response. */
  readonly isPassing: boolean
  /** Whether `end` waits, so that Node would have the whole response without the deferral, and could send it to a client that sends no more. */
  readonly isWhole: boolean
  /** Whether the response waits for its turn on a socket that Node is closing after an earlier response. It will never be sent. */
  readonly isStranded: boolean
  /** @param call makes the call later */
  defer(carrier: unknown, args: unknown[], call: () => void): void
}

interface Kind {
  /** The methods that close it. */
  readonly methods: readonly string[]
  /**
   * Whether the client has disconnected, so that there is nothing to wait for.
   *
   * @param isReading whether a client that sends no more may still read
   */
  isGone(carrier: Carrier, args: unknown[], isReading: boolean): boolean
}

const RESPONSE: Kind = { methods: ['destroy'], isGone: res => Boolean(res.closed) }

const SOCKET: Kind = {
  methods: ['destroy', 'destroySoon', 'end', 'resetAndDestroy'],
  // Without half-open connections, Node ends the socket when the client ends its side. Data that it has received before is sent nevertheless
  isGone: (socket, [err], isReading) => (isReading ? Boolean(socket.destroyed) : isClosed(socket)) || isNetworkError(err),
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

/** The methods that send what was written before they close. */
const GENTLE = new Set(['end', 'destroySoon'])

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
export class CloseGuard {
  readonly holders = new Set<Holder>()

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
    const holder = [...this.holders].find(each => !each.isPassing && this.#canBeSent(each, name, args))
    if (!holder) return native.apply(this.carrier, args)
    // A reset would discard data that the operating system has not sent yet
    const later = name === 'resetAndDestroy' ? 'destroy' : name
    holder.defer(this.carrier, args, () => void (this.carrier[later] as Act)(...args))
    return this.carrier
  }

  #canBeSent(holder: Holder, name: string, args: unknown[]): boolean {
    const isGentle = GENTLE.has(name)
    return !(isGentle && holder.isStranded) && !this.kind.isGone(this.carrier, args, isGentle && holder.isWhole)
  }
}

/** The guards of what carries a response: the response itself, its socket, and on HTTP/2 its stream and session. */
export function guardsOf(res: ServerResponse): CloseGuard[] {
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
  const isGone: Kind['isGone'] = (carrier, args, isReading) => Boolean(socket.destroyed) || SOCKET.isGone(carrier, args, isReading)
  return [
    [socket, SOCKET],
    [below, { ...SOCKET, isGone }],
  ]
}
