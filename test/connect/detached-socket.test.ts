import { expect } from 'chai'
import { createServer, ServerResponse, type Server } from 'node:http'
import type { Socket } from 'node:net'
import { GateStore } from '../support/gate-store'
import { data } from '../support/handlers'
import { QUIET, type Req } from '../support/site'
import { session } from '../support/subject'
import { turns, useServers, Wire } from '../support/wire'
import { cookieOf } from './stage'

type Refuse = (res: ServerResponse, socket: Socket) => unknown

/** Responses that a server makes itself for an 'upgrade' request, and how it gives the socket up. */
const REFUSALS: Record<string, Refuse> = {
  'end, detachSocket and socket.end': (res, socket) => (res.end('no'), res.detachSocket(socket), socket.end()),
  'end, detachSocket and socket.destroySoon': (res, socket) => (res.end('no'), res.detachSocket(socket), socket.destroySoon()),
  'end, detachSocket and socket.destroy': (res, socket) => (res.end('no'), res.detachSocket(socket), socket.destroy()),
  'writeHead, end, detachSocket and socket.end': (res, socket) => (
    res.writeHead(401, { 'Content-Length': 2 }).end('no'),
    res.detachSocket(socket),
    socket.end()
  ),
  'detachSocket, assignSocket and socket.end': (res, socket) => (
    res.write('n'),
    res.detachSocket(socket),
    res.assignSocket(socket),
    res.end('o'),
    socket.end()
  ),
  'end, and detachSocket and socket.end on finish': (res, socket) =>
    res.on('finish', () => (res.detachSocket(socket), socket.end())).end('no'),
}

function upgradeServer(refuse: Refuse, store: GateStore): Server {
  const sessions = session({ ...QUIET, store })
  return createServer().on('upgrade', (req: Req, socket: Socket) => {
    const res = new ServerResponse(req)
    res.assignSocket(socket)
    sessions(req, res, () => {
      data(req).user = 'ada'
      res.statusCode = 401
      refuse(res, socket)
    })
  })
}

describe('connect: a response that is detached from the socket of an upgrade', () => {
  useServers()

  for (const [how, refuse] of Object.entries(REFUSALS)) {
    for (const later of [false, true]) {
      it(`${how}: it is sent with its cookie, with a store that calls back ${later ? 'later' : 'at once'}, and the socket closes`, async () => {
        const store = new GateStore()
        store.open = !later
        const wire = (await Wire.to(upgradeServer(refuse, store))).get('/', 'Connection: Upgrade', 'Upgrade: websocket')
        if (later) {
          await store.waits()
          await turns()
          expect({ text: wire.text, ended: wire.ended }).to.deep.equal({ text: '', ended: false })
          store.release()
        }
        await wire.rest()
        const answer = await wire.answer()
        expect(answer).to.include({ line: 'HTTP/1.1 401 Unauthorized', body: 'no' })
        expect(cookieOf(answer)).to.be.a('string')
      })
    }
  }

  it('is sent whole if it is detached between its writes, with a store that calls back later', async () => {
    const store = new GateStore()
    const server = upgradeServer((res, socket) => (res.write('n'), res.detachSocket(socket), res.end('o'), socket.end()), store)
    const wire = (await Wire.to(server)).get('/', 'Connection: Upgrade', 'Upgrade: websocket')
    await store.waits()
    store.open = true
    store.release()
    await wire.rest()
    expect((await wire.answer()).body).to.equal('no')
  })

  it('is not attached to a socket that was given to another response', async () => {
    const store = new GateStore()
    let other: ServerResponse | undefined
    const server = upgradeServer((res, socket) => {
      res.end('no')
      res.detachSocket(socket)
      other = new ServerResponse(res.req)
      other.assignSocket(socket)
    }, store)
    const wire = (await Wire.to(server)).get('/', 'Connection: Upgrade', 'Upgrade: websocket')
    await store.waits()
    store.release()
    await turns()
    other?.end('other')
    expect((await wire.answer()).body).to.equal('other')
    // The server does not close a socket that was upgraded
    wire.socket.destroy()
  })
})
