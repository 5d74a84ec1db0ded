import { expect } from 'chai'
import { createServer, type Server } from 'node:http'
import express = require('express')
import { data } from '../support/handlers'
import { QUIET, type Req } from '../support/site'
import { session, type SessionOptions } from '../support/subject'
import { portOf, useServers } from '../support/wire'

const MEGABYTES = 20_000_000

/** An Express app with its own error handler, which closes the connection of a response whose headers are sent. */
function app(options: Partial<SessionOptions>, act: (req: Req) => void): ReturnType<typeof createServer> {
  const app = express()
  app.set('env', 'test')
  app.use(session({ ...QUIET, ...options }))
  app.get('/', (req, res) => {
    act(req)
    res.send(Buffer.alloc(MEGABYTES, 'a'))
  })
  return createServer(app)
}

describe('connect: errors after the handler has responded', () => {
  useServers()

  const failing = (method: 'set' | 'touch'): InstanceType<typeof session.MemoryStore> => {
    const store = new session.MemoryStore()
    store[method] = (...args: unknown[]) => void setImmediate(args.at(-1) as (err: Error) => void, new Error('no disk'))
    return store
  }

  /**
   * Reads the response as a whole, because the parser of Wire would take seconds.
   *
   * @throws if the connection ends before the response does
   */
  const ask = async (server: Server, headers: Record<string, string> = {}): Promise<{ status: number; length: number; cookie: string }> => {
    const res = await fetch(`http://127.0.0.1:${await portOf(server)}/`, { headers })
    const { byteLength } = await res.arrayBuffer()
    return { status: res.status, length: byteLength, cookie: res.headers.getSetCookie().join().split(';')[0] ?? '' }
  }

  it('of set do not truncate a long response', async () => {
    const server = app({ store: failing('set') }, req => (data(req).user = 'ada'))
    expect(await ask(server)).to.include({ status: 200, length: MEGABYTES })
  })

  for (const awaitTouch of [false, true]) {
    it(`of touch do not truncate a long response, with awaitTouch: ${awaitTouch}`, async () => {
      const server = app({ store: failing('touch'), saveUninitialized: true, awaitTouch }, () => {})
      const { cookie } = await ask(server)
      expect(await ask(server, { cookie })).to.include({ status: 200, length: MEGABYTES })
    })
  }

  it('of data that cannot be stored do not truncate a response whose headers were written', async () => {
    const store = new session.MemoryStore()
    const server = createServer((req, res) => {
      session({ ...QUIET, store })(req as never, res as never, (err?: unknown) => {
        if (err) return void res.destroy()
        data(req as Req).big = 1n
        res.writeHead(200, { 'Content-Length': MEGABYTES })
        res.end(Buffer.alloc(MEGABYTES, 'a'))
      })
    })
    expect(await ask(server)).to.include({ status: 200, length: MEGABYTES })
  })
})
