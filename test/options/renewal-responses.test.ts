import { expect } from 'chai'
import express = require('express')
import { once } from 'node:events'
import { createServer, request as send, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import supertest = require('supertest')
import session = require('../../lib')
import { lines } from '../support/browser'
import { useClock } from '../support/clock'
import { connect } from '../support/connect-host'
import { count, data, routes } from '../support/handlers'
import { onEachHost } from '../support/hosts'
import { QUIET, siteOn, type Visitor } from '../support/site'
import type { SessionOptions, Store } from '../support/subject'
import { VersionedStore } from '../support/versioned-store'

const HOUR = 3_600_000

const HANDLERS = routes({
  '/': count,
  '/id': (req, res) => res.end(req.sessionID),
  '/not-modified': (_, res) => ((res.statusCode = 304), res.end()),
  '/redirect': (_, res) => ((res.statusCode = 302), res.setHeader('Location', '/'), res.end()),
  '/flush': (req, res) => (res.flushHeaders(), (data(req).flushed = true), res.end()),
})

/** The cookies that a response sets, as a client sends them: some versions of Koa's `cookies` sign with a second one. */
const cookieOf = (res: supertest.Response): string | undefined =>
  lines(res)
    .map(line => line.split(';')[0])
    .join('; ') || undefined

onEachHost('options: renewAfter, by the kind of response', host => {
  const clock = useClock()
  const begin = async (options: Partial<SessionOptions> = {}): Promise<Visitor> => {
    const store = new VersionedStore(new Map())
    const client = siteOn(host, { store, resave: false, saveUninitialized: false, renewAfter: HOUR, ...options }, HANDLERS).visitor()
    await client.get()
    return client
  }

  for (const [method, path, status] of [
    ['head', '/id', 200],
    ['get', '/not-modified', 304],
    ['get', '/redirect', 302],
  ] as const) {
    it(`${method.toUpperCase()} ${path} renews when the time has passed, and not before`, async () => {
      const client = await begin()
      const visit = async (): Promise<supertest.Response> => {
        const agent = supertest(client.server)
        const sent = method === 'head' ? agent.head(path) : agent.get(path)
        return sent
          .redirects(0)
          .ok(() => true)
          .set('Cookie', client.cookie)
      }
      clock.turn(HOUR - 1)
      expect(cookieOf(await visit())).to.equal(undefined)
      clock.turn(1)
      const res = await visit()
      expect(res.status).to.equal(status)
      expect(cookieOf(res)).to.be.a('string').and.to.not.equal(client.cookie)
      client.cookie = cookieOf(res) as string
      clock.turn(HOUR / 2)
      expect((await client.get()).text).to.equal('2')
    })
  }
})

describe('options: renewAfter, on Connect', () => {
  const clock = useClock()
  const options = (store: Store = new VersionedStore(new Map())): Partial<SessionOptions> => ({ ...QUIET, store, renewAfter: HOUR })

  it('headers that are flushed before the end: no renewal, and the next response renews', async () => {
    const client = siteOn(connect, options(), HANDLERS).visitor()
    await client.get()
    const { cookie } = client
    clock.turn(HOUR)
    await client.get('/flush')
    expect(client.cookie).to.equal(cookie)
    await client.get('/id')
    expect(client.cookie).to.not.equal(cookie)
  })

  it('an error handler of Express: its response has the new cookie', async () => {
    const app = express()
    app.use(session(options() as never) as never)
    app.get('/', (req, res) => void count(req as never, res))
    app.get('/error', () => {
      throw new Error('boom')
    })
    app.use(((_err, _req, res, _next) => void res.status(500).send('sorry')) as express.ErrorRequestHandler)
    const first = cookieOf(await supertest(app).get('/')) as string
    clock.turn(HOUR)
    const res = await supertest(app).get('/error').set('Cookie', first)
    expect([res.status, res.text]).to.deep.equal([500, 'sorry'])
    const next = cookieOf(res) as string
    expect(next).to.be.a('string').and.to.not.equal(first)
    expect((await supertest(app).get('/').set('Cookie', next)).text).to.equal('2')
  })

  describe('without a response', () => {
    let server: Server
    afterEach(() => void server.close())
    const listen = async (listener: (req: IncomingMessage, res: never) => void): Promise<number> => {
      server = createServer(listener as never).listen(0)
      await once(server, 'listening')
      return (server.address() as AddressInfo).port
    }

    it('a WebSocket does not renew', async () => {
      const sessions = session(options() as never)
      let seen: unknown
      const port = await listen((req, res) => sessions(req as never, res, () => void count(req as never, res)))
      server.on('upgrade', (req: IncomingMessage, socket) => {
        socket.on('error', () => {})
        sessions(req as never, {} as never, () => {
          seen = (req as unknown as { session: { views: number } }).session.views
          socket.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n')
        })
      })
      const first = cookieOf(await supertest(server).get('/')) as string
      clock.turn(HOUR)
      const headers = { Cookie: first, Connection: 'Upgrade', Upgrade: 'websocket' }
      const [res, socket] = (await once(send({ port, headers }).end(), 'upgrade')) as [IncomingMessage, { destroy(): void }]
      socket.destroy()
      expect([seen, res.headers['set-cookie']]).to.deep.equal([1, undefined])
      const next = await supertest(server).get('/').set('Cookie', first)
      expect([next.text, cookieOf(next) === first]).to.deep.equal(['2', false])
    })

    it('a client that aborts while its ID is renewed follows with the earlier one', async () => {
      const store = new VersionedStore(new Map())
      const sessions = session(options(store) as never)
      const port = await listen((req, res) => sessions(req as never, res, () => void count(req as never, res)))
      const first = cookieOf(await supertest(server).get('/')) as string
      clock.turn(HOUR)
      const aborted = send({ port, headers: { Cookie: first } })
      aborted.on('error', () => {})
      const created = new Promise<void>(resolve => (store.onCreate = resolve))
      aborted.end()
      await created
      const closed = new Promise(resolve => aborted.on('close', resolve))
      aborted.destroy()
      await closed
      const next = await supertest(server).get('/').set('Cookie', first)
      expect(next.text).to.equal('3')
      expect(cookieOf(next)).to.be.a('string').and.to.not.equal(first)
      expect(
        (
          await supertest(server)
            .get('/')
            .set('Cookie', cookieOf(next) as string)
        ).text,
      ).to.equal('4')
    })
  })
})
