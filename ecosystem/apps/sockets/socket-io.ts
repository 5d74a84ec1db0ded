import { deepEqual, equal, match } from 'node:assert/strict'
import { type EventEmitter, once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import type { Integration, Room, Scenario } from '../../integration'
import { Visitor } from '../../visitor'
import { scenariosFrom } from '../scenarios-from'
import { EXPRESS } from '../session-app'
import { socketApp, type Way } from './app'
import { allowRequest, engineUse, ioUse, shared } from './ways'

interface Client extends EventEmitter {
  timeout(milliseconds: number): { emitWithAck(event: string): Promise<unknown> }
}
type Transport = 'websocket' | 'polling'

/** Clients of one site, and the sockets that they open. */
interface Site {
  readonly ada: Visitor
  socketOf(visitor: Visitor, transport?: Transport): Promise<Client>
  /** A handshake alone. */
  handshake(transport: Transport): Promise<Visitor>
}
type Play = (site: Site) => Promise<void>

const always: Readonly<Record<string, Play>> = {
  'a socket has the session of the login, with websocket and with polling': async ({ ada, socketOf }) => {
    await ada.post('login')
    for (const transport of ['websocket', 'polling'] as const) {
      equal(await ask(await socketOf(ada, transport), 'who'), 'ada')
      equal(await ask(await socketOf(new Visitor(ada.site), transport), 'who'), 'guest')
    }
  },
  'the next request has what a socket saved': async ({ ada, socketOf }) => {
    await ada.post('login')
    const socket = await socketOf(ada)
    deepEqual([await ask(socket, 'count'), await ask(socket, 'count'), await ada.get('count')], [1, 2, '3'])
  },
  'reload shows the changes of requests to a socket': async ({ ada, socketOf }) => {
    await ada.post('login')
    const socket = await socketOf(ada)
    for (const count of [1, 2]) {
      equal(await ada.get('count'), String(count))
      equal(await ask(socket, 'look'), count)
    }
    deepEqual([await ask(socket, 'count'), await ada.get('count')], [3, '4'])
  },
  'after a logout reload fails, and the socket is closed': async ({ ada, socketOf }) => {
    await ada.post('login')
    const socket = await socketOf(ada)
    equal(await ask(socket, 'look'), 0)
    await ada.post('logout')
    const closed = once(socket, 'disconnect', { signal: AbortSignal.timeout(5000) })
    socket.emit('look', () => {})
    equal((await closed)[0], 'io server disconnect')
  },
}

const withCookies: Readonly<Record<string, Play>> = {
  ...always,
  'a handshake begins a session, with polling': async ({ handshake }) => goesOn(await handshake('polling')),
  'a handshake begins a session, with websocket': async ({ handshake }) => goesOn(await handshake('websocket')),
}

const autoSaved: Readonly<Record<string, Play>> = {
  ...always,
  'autoSave saves what an event changes': async ({ ada, socketOf }) => {
    await ada.post('login')
    await ask(await socketOf(ada), 'change')
    equal(await ada.get('look'), '1')
  },
}

/** A client with a valid cookie gets no other one. */
async function goesOn(visitor: Visitor): Promise<void> {
  const { cookie } = visitor
  match(cookie, /^connect\.sid=/)
  await visitor.get('look')
  equal(visitor.cookie, cookie)
}

async function ask(socket: Client, event: string): Promise<unknown> {
  return socket.timeout(5000).emitWithAck(event)
}

const ways: [title: string, way: Way, played: typeof always][] = [
  ['io.engine.use', engineUse, withCookies],
  ['allowRequest with a made-up response', allowRequest, withCookies],
  ['io.use with an empty response', ioUse, always],
  ['express-socket.io-session 1.3.5', shared, autoSaved],
]

/** Sockets that open with the cookie of a session. */
export const socketIo: readonly Integration[] = ways.map(([title, way, played]) => ({
  title: `socket.io 4.8.4, by ${title}`,
  packages: { ...EXPRESS, 'socket.io': '4.8.4', 'socket.io-client': '4.8.4', 'express-socket.io-session': '1.3.5', ws: '8.23.0' },
  scenarios: scenariosFrom(
    played,
    (play): Scenario =>
      async ({ here }) =>
        play(siteIn(here, await socketApp(here, way))),
  ),
}))

function siteIn({ load }: Room, address: string): Site {
  const { io } = load<{ io(address: string, options: object): Client }>('socket.io-client')
  const WebSocket = load<new (address: string) => EventEmitter>('ws')
  const opening = (transport: Transport) => `socket.io/?EIO=4&transport=${transport}`
  return {
    ada: new Visitor(address),
    socketOf: async ({ cookie }, transport = 'websocket') => {
      const socket = io(address, { transports: [transport], extraHeaders: { cookie }, forceNew: true, reconnection: false })
      await once(socket, 'connect', { signal: AbortSignal.timeout(5000) })
      return socket
    },
    handshake: async transport => {
      const visitor = new Visitor(address)
      if (transport === 'polling') await visitor.get(opening('polling'))
      else visitor.cookie = await cookieOf(new WebSocket(`${address.replace('http', 'ws')}/${opening('websocket')}`))
      return visitor
    },
  }
}

async function cookieOf(socket: EventEmitter): Promise<string> {
  const [{ headers }] = (await once(socket, 'upgrade', { signal: AbortSignal.timeout(5000) })) as [IncomingMessage]
  return String(headers['set-cookie']?.at(-1)).split(';')[0] as string
}
