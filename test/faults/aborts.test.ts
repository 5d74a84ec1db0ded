import { expect } from 'chai'
import { once } from 'node:events'
import type { Server } from 'node:http'
import http2 = require('node:http2')
import net = require('node:net')
import { data } from '../support/handlers'
import { connect } from '../support/connect-host'
import type { Handler, Parts } from '../support/host'
import { HOSTS } from '../support/hosts'
import { useTimers } from '../support/timers'
import { useUncaught } from '../support/uncaught'
import { portOf, turns, Wire } from '../support/wire'
import { FAULTS, LIMIT, type Fault } from './faults'
import { answerError, Line, lineServer } from './line'
import { expectNothingHeld, heap, remains, requestsOver } from './leaks'
import { handle } from './requests'
import { SERVERS, useClients } from './servers'
import { asStore, breakStore, PlainStore } from './stores'

/** Handlers by the result of their response, with and without a client. */
const HANDLERS: Record<string, Handler> = {
  '/count': handle,
  '/show': handle,
  '/regenerate': handle,
  '/late': (req, res) => {
    data(req).late = true
    setImmediate(setImmediate, () => res.end('late'))
  },
  '/never': req => void (data(req).never = true),
  '/save-and-never': req => ((data(req).never = true), void req.session.save()),
  '/error-after-headers': (req, res, next) => {
    data(req).failed = true
    res.write('te')
    setImmediate(next, new Error('enough'))
  },
  '/destroyed': (req, res) => ((data(req).failed = true), res.write('te'), res.destroy()),
}

const PATHS = Object.keys(HANDLERS)

const handler: Handler = (req, res, next) => (HANDLERS[req.url as string] as Handler)(req, res, next)

/** The moments at which a client disconnects. */
const MOMENTS: (() => Promise<void>)[] = [async () => {}, () => turns(1), () => turns(2), () => turns(4)]

/** Counts the connections that a server has closed. */
function countClosed(server: Server): { count: number } {
  const closed = { count: 0 }
  server.on('connection', (socket: net.Socket) => socket.on('close', () => closed.count++))
  return closed
}

/** Removes the sessions that clients without a cookie have created. */
function forgetNew(store: PlainStore, cookie: string): void {
  for (const id of store.records.keys()) if (!cookie.includes(id)) store.records.delete(id)
  store.asked.splice(0)
}

describe('faults: aborted requests leak nothing', () => {
  const clock = useTimers()
  const uncaught = useUncaught()
  useClients()
  afterEach(() => expect(uncaught).to.deep.equal([]))

  for (const [name, host] of Object.entries(HOSTS)) {
    it(`10,000 clients that disconnect: ${name}`, async () => {
      const store = new PlainStore()
      const server = lineServer({ options: { rolling: true, store: asStore(store) }, handler, fail: answerError }, host)
      const port = await portOf(server)
      const { cookie } = await new Line(server).ask('/count')

      const closed = countClosed(server)
      const hangUp = async (index: number): Promise<void> => {
        const socket = net.connect(port, '127.0.0.1').on('error', () => {})
        await once(socket, 'connect')
        const header = index % 3 === 0 ? '' : `Cookie: ${cookie}\r\n`
        const request = `GET ${PATHS[index % PATHS.length]} HTTP/1.1\r\nHost: site\r\n${header}\r\n`
        await new Promise(resolve => socket.write(request, resolve))
        await MOMENTS[Math.floor(index / PATHS.length) % MOMENTS.length]?.()
        socket.destroy()
      }
      const rounds = async (from: number, to: number): Promise<void> => {
        for (let i = from; i < to; i += 20) await Promise.all(Array.from({ length: 20 }, (_, index) => hangUp(i + index)))
        while (closed.count < to) await turns(1)
        await requestsOver(clock)
        await expectNothingHeld(asStore(store))
        forgetNew(store, cookie as string)
      }
      await rounds(0, 2000)
      const [before, held] = [remains(store, clock), await heap()]
      await rounds(2000, 10_000)
      expect(remains(store, clock)).to.deep.equal({ ...before, inFlight: 0, timers: 0 })
      expect((await heap()) - held).to.be.below(2_000_000)
      expect(await (await Wire.to(server)).get('/show', `Cookie: ${cookie}`).answer()).to.include({ line: 'HTTP/1.1 200 OK' })
    }).timeout(120_000)
  }

  it('1,000 streams of HTTP/2 that are cancelled', async () => {
    const store = new PlainStore()
    const options = { rolling: true, store: asStore(store) }
    const server = http2.createServer(connect.listener({ options, handler, fail: answerError }) as never)
    await once(server.listen(0, '127.0.0.1'), 'listening')
    let [opened, closed] = [0, 0]
    server.on('stream', (stream: http2.ServerHttp2Stream) => (opened++, stream.on('error', () => {}).on('close', () => closed++)))
    const cancel = async (client: http2.ClientHttp2Session, index: number): Promise<void> => {
      const stream = client.request({ ':path': PATHS[index % PATHS.length] as string }).on('error', () => {})
      await MOMENTS[Math.floor(index / PATHS.length) % MOMENTS.length]?.()
      stream.close(http2.constants.NGHTTP2_CANCEL)
    }
    const before = remains(store, clock)
    for (let connection = 0; connection < 10; connection++) {
      // Node closes the connection of a client that cancels a thousand streams
      const client = http2.connect(`http://127.0.0.1:${(server.address() as net.AddressInfo).port}`)
      for (let i = 0; i < 100; i += 20) await Promise.all(Array.from({ length: 20 }, (_, index) => cancel(client, i + index)))
      await new Promise(resolve => client.ping(resolve))
      client.destroy()
    }
    while (closed < opened) await turns(1)
    await requestsOver(clock)
    server.close()
    await expectNothingHeld(asStore(store))
    expect(opened).to.be.above(500)
    expect(remains(store, clock)).to.deep.equal(before)
  }).timeout(120_000)

  for (const [name, { serve }] of Object.entries(SERVERS)) {
    it(`errors after the headers, which close the connection: ${name}`, async () => {
      const store = new PlainStore()
      // Only counted, because an error keeps its stack, and that the request
      let errors = 0
      const fail: Parts['fail'] = (_, res) => {
        errors++
        res.destroy()
      }
      const parts = { options: { store: asStore(store) }, handler, fail }
      for (let i = 0; i < 20; i++) {
        const client = await serve(parts)
        // The response is incomplete, which HTTP/2 does not report
        await client.ask('/error-after-headers').reply.catch(() => {})
        client.close()
      }
      await expectNothingHeld(asStore(store))
      expect(errors).to.equal(20)
      expect(store.asked).to.deep.equal(Array(20).fill('set'))
      expect(clock.pending()).to.equal(0)
    }).timeout(10_000)
  }

  for (const [name, host] of Object.entries(HOSTS)) {
    it(`10,000 requests whose store never responds: each has a response, at the time limit or at once: ${name}`, async () => {
      const store = new PlainStore()
      const server = lineServer({ options: { storeTimeout: LIMIT, store: asStore(store) }, handler, fail: answerError }, host)
      const lines = Array.from({ length: 20 }, () => new Line(server))
      const { cookie } = await (lines[0] as Line).ask('/count')
      breakStore(store, 'get', FAULTS['never calls back'] as Fault)
      const statuses = new Set<number>()
      let [asked, arrived] = [0, 0]
      server.on('request', () => arrived++)
      const round = async (): Promise<void> => {
        let pending = lines.length
        for (const line of lines) void line.ask('/show', cookie).then(({ status }) => (statuses.add(status), pending--))
        for (asked += lines.length; arrived < asked;) await turns(1)
        await turns(4)
        // Once: it must not take longer than the limit
        if (pending > 0) clock.turn(LIMIT)
        while (pending > 0) await turns(1)
      }
      const before = await heap()
      for (let i = 0; i < 500; i++) await round()
      expect(statuses).to.deep.equal(new Set([503]))
      expect((await heap()) - before).to.be.below(5_000_000)
      // The timer of the circuit breaker
      expect(remains(store, clock)).to.include({ inFlight: 0, timers: 1 })
    }).timeout(120_000)
  }
})
