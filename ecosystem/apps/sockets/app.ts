import { createServer } from 'node:http'
import { listening } from '../../../test/support/listening'
import type { Room } from '../../integration'
import { sessionsOf } from '../session-app'
import { pages, type Live, type Sessions, type WithSession } from './pages'

type Handler = (answer: (told: unknown) => void) => void
export interface Socket {
  readonly request: WithSession
  readonly handshake: { readonly session: Live }
  on(event: string, handler: Handler): void
  disconnect(): void
}

type Allow = (req: WithSession, callback: (err: null, allowed: true) => void) => void
export interface Io {
  readonly engine: {
    use(middleware: Sessions): void
    on(event: 'connection', listener: (raw: { request: WithSession }) => void): void
    on(event: 'initial_headers', listener: (headers: Record<string, unknown>, req: WithSession) => void): void
  }
  use(middleware: (socket: Socket, next: (err?: unknown) => void) => void): void
  on(event: 'connection', listener: (socket: Socket) => void): void
}

/** The way in which sockets get their sessions. */
export interface Way {
  /** The handling of a handshake's request, in the server's options. */
  readonly allowRequest?: (sessions: Sessions) => Allow
  readonly attach: (io: Io, sessions: Sessions, room: Room) => void
  readonly sessionOf: (socket: Socket) => Live
}

/** A site with pages and a socket.io. @returns its address */
export async function socketApp(room: Room, way: Way): Promise<string> {
  // As in socket.io's documentation: a handshake alone begins a session
  const sessions = sessionsOf(room, true)
  const server = createServer(pages(room, sessions))
  const { Server } = room.load<{ Server: new (server: object, options: object) => Io }>('socket.io')
  const allowRequest = way.allowRequest?.(sessions)
  const io = new Server(server, allowRequest ? { allowRequest } : {})
  way.attach(io, sessions, room)
  io.on('connection', socket => answerEvents(socket, way))
  return listening(server)
}

/** The requests that a client can send as events. */
function answerEvents(socket: Socket, { sessionOf }: Way): void {
  socket.on('who', answer => answer(sessionOf(socket).user ?? 'guest'))
  socket.on('count', answer => {
    const session = sessionOf(socket)
    session.count = (session.count ?? 0) + 1
    session.save(err => answer(err ? String(err) : session.count))
  })
  socket.on('change', answer => {
    const session = sessionOf(socket)
    answer((session.count = (session.count ?? 0) + 1))
  })
  // As socket.io's documentation reloads the session before each event that needs its current state
  socket.on('look', answer => {
    sessionOf(socket).reload(err => (err ? socket.disconnect() : answer(sessionOf(socket).count ?? 0)))
  })
}
