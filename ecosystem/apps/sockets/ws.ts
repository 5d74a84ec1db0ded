import { deepEqual, equal, rejects } from 'node:assert/strict'
import { type EventEmitter, once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { listening } from '../../../test/support/listening'
import type { Integration, Room, Scenario } from '../../integration'
import { Visitor } from '../../visitor'
import { scenariosFrom } from '../scenarios-from'
import { EXPRESS, sessionsOf } from '../session-app'
import { pages, type WithSession } from './pages'

interface Socket extends EventEmitter {
  send(text: string): void
  close(): void
}
interface Upgrades {
  handleUpgrade(req: IncomingMessage, socket: Duplex, head: Buffer, done: (socket: Socket) => void): void
}
interface Ws {
  new (address: string, options: { headers: Record<string, string> }): Socket
  readonly WebSocketServer: new (options: { clientTracking: false; noServer: true }) => Upgrades
}

/** Opens a socket with the cookie of a client. */
type Open = (visitor: Visitor) => Promise<Socket>
type Play = (ada: Visitor, open: Open) => Promise<void>

const played: Readonly<Record<string, Play>> = {
  'an upgrade without a login or with a forged cookie gets 401': async (ada, open) => {
    await rejects(open(ada), /401/)
    await ada.get('count')
    await rejects(open(ada), /401/)
    await ada.post('login')
    ada.cookie = ada.cookie.replace(/\.[^.]*$/, '.forged')
    await rejects(open(ada), /401/)
  },
  'an upgrade has the session of the login': async (ada, open) => {
    await ada.post('login')
    equal(await ask(await open(ada), 'who'), 'ada')
  },
  'the next request has what a socket saved': async (ada, open) => {
    await ada.post('login')
    const socket = await open(ada)
    deepEqual([await ask(socket, 'count'), await ask(socket, 'count'), await ada.get('count')], ['1', '2', '3'])
  },
  'reload shows the changes of requests to a socket': async (ada, open) => {
    await ada.post('login')
    const socket = await open(ada)
    await ada.get('count')
    deepEqual([await ask(socket, 'look'), await ada.get('look')], ['1', '1'])
  },
  'a logout closes the socket, and its cookie gets 401': async (ada, open) => {
    await ada.post('login')
    const { cookie } = ada
    const socket = await open(ada)
    const closed = once(socket, 'close', { signal: AbortSignal.timeout(5000) })
    await ada.post('logout')
    await closed
    ada.cookie = cookie
    await rejects(open(ada), /401/)
  },
}

async function ask(socket: Socket, what: string): Promise<string> {
  socket.send(what)
  const [said] = (await once(socket, 'message', { signal: AbortSignal.timeout(5000) })) as [Buffer]
  return String(said)
}

/** A site like ws's example with express-session. */
async function siteIn(room: Room): Promise<string> {
  const sessions = sessionsOf(room)
  const sockets = new Map<string, Socket>()
  const server = createServer(pages(room, sessions, user => sockets.get(user as string)?.close()))
  const upgrades = new (room.load<Ws>('ws').WebSocketServer)({ clientTracking: false, noServer: true })
  server.on('upgrade', (req: WithSession, socket: Duplex, head: Buffer) => {
    sessions(req, {}, () => {
      const { user } = req.session
      if (!user) return void socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n')
      upgrades.handleUpgrade(req, socket, head, opened => {
        sockets.set(user, opened)
        opened.on('message', data => void answer(opened, req, String(data)))
      })
    })
  })
  return listening(server)
}

function answer(socket: Socket, req: WithSession, asked: string): void {
  const { session } = req
  if (asked === 'who') return socket.send(String(session.user))
  if (asked === 'look') return void session.reload(err => socket.send(err ? String(err) : String(req.session.count)))
  session.count = (session.count ?? 0) + 1
  session.save(err => socket.send(err ? String(err) : String(session.count)))
}

const scenario =
  (play: Play): Scenario =>
  async ({ here }) => {
    const ada = new Visitor(await siteIn(here))
    const WebSocket = here.load<Ws>('ws')
    await play(ada, async ({ cookie }) => {
      const socket = new WebSocket(ada.site.replace('http', 'ws'), { headers: { cookie } })
      await once(socket, 'open', { signal: AbortSignal.timeout(5000) })
      return socket
    })
  }

export const ws: readonly Integration[] = [
  { title: 'ws 8.23.0', packages: { ...EXPRESS, ws: '8.23.0' }, scenarios: scenariosFrom(played, scenario) },
]
