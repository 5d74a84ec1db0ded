import { expect } from 'chai'
import { createServer } from 'node:http'
import express = require('express')
import { data } from '../support/handlers'
import { QUIET, type Req } from '../support/site'
import { session, type SessionOptions } from '../support/subject'
import { useServers, Wire } from '../support/wire'
import { cookieOf } from './stage'

const MEGABYTES = 20_000_000

/** An Express app with its own error handler, which ends the connection of a response whose headers are sent. */
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

describe('connect: errors that come after the handler has answered', () => {
  useServers()

  const failing = (method: 'set' | 'touch'): InstanceType<typeof session.MemoryStore> => {
    const store = new session.MemoryStore()
    store[method] = (...args: unknown[]) => void setImmediate(args.at(-1) as (err: Error) => void, new Error('no disk'))
    return store
  }

  it('of a store that cannot set do not cut a long answer off', async () => {
    const server = app({ store: failing('set') }, req => (data(req).user = 'ada'))
    const answer = await (await Wire.to(server)).get().answer()
    expect([answer.line, answer.body.length]).to.deep.equal(['HTTP/1.1 200 OK', MEGABYTES])
  }).timeout(20_000)

  it('of a store that cannot touch do not cut a long answer off', async () => {
    const server = app({ store: failing('touch'), saveUninitialized: true }, () => {})
    const first = await (await Wire.to(server)).get().answer()
    const cookie = cookieOf(first)
    const answer = await (await Wire.to(server)).get('/', `Cookie: ${cookie}`).answer()
    expect([answer.line, answer.body.length]).to.deep.equal(['HTTP/1.1 200 OK', MEGABYTES])
  }).timeout(20_000)

  it('of data that cannot be stored do not cut an answer off whose headers were written', async () => {
    const store = new session.MemoryStore()
    const server = createServer((req, res) => {
      session({ ...QUIET, store })(req as never, res as never, (err?: unknown) => {
        if (err) return void res.destroy()
        data(req as Req).big = 1n
        res.writeHead(200, { 'Content-Length': MEGABYTES })
        res.end(Buffer.alloc(MEGABYTES, 'a'))
      })
    })
    expect((await (await Wire.to(server)).get().answer()).body).to.have.length(MEGABYTES)
  }).timeout(20_000)
})
