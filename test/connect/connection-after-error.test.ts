import { expect } from 'chai'
import express = require('express')
import type { Request, Response } from 'express'
import { createServer, type IncomingMessage } from 'node:http'
import { data } from '../support/handlers'
import { QUIET, type Req } from '../support/site'
import { session, type SessionOptions } from '../support/subject'
import { turns, useServers, Wire } from '../support/wire'

type Fail = (err: unknown, req: Request, res: Response, next: (err?: unknown) => void) => unknown

/** Error handlers that close the connection if headers are sent, as Express's own handler does. */
const HANDLERS: Record<string, Fail | undefined> = {
  finalhandler: undefined,
  'finalhandler, in a later turn': (err, _, __, next) => void setImmediate(next, err),
  'one that destroys the socket': (_, req) => req.socket.destroy(),
  'one that ends the socket': (_, req) => req.socket.end(),
  'one that destroys the connection': (_, req) => (req as unknown as { connection: IncomingMessage['socket'] }).connection.destroySoon(),
  'one that destroys the request': (_, req) => req.destroy(),
  'one that destroys the response': (_, __, res) => res.destroy(),
}

const RESPONSES: Record<string, (res: Response) => unknown> = {
  send: res => res.send('text'),
  'write and end': res => (res.write('te'), res.end('xt')),
  'a stream whose headers are sent': res => (res.flushHeaders(), setImmediate(() => res.end('text'))),
}

const FAILING: Record<string, { method: 'set' | 'touch'; isAtOnce: boolean; options: Partial<SessionOptions> }> = {
  'a save that fails later': { method: 'set', isAtOnce: false, options: {} },
  'a save that fails at once': { method: 'set', isAtOnce: true, options: {} },
  'a touch that fails': { method: 'touch', isAtOnce: true, options: { saveUninitialized: true } },
}

describe('connect: the connection after a late error', () => {
  useServers()

  for (const [what, { method, isAtOnce, options }] of Object.entries(FAILING)) {
    for (const [how, fail] of Object.entries(HANDLERS)) {
      for (const [form, respond] of Object.entries(RESPONSES)) {
        it(`${what}, ${how}, ${form}: the next requests of the connection are served, or it was closed with Connection: close`, async () => {
          const store = new session.MemoryStore()
          const native = store[method].bind(store) as (...args: unknown[]) => void
          let isFailing = false
          store[method] = (...args: unknown[]) => {
            if (!isFailing) return native(...args)
            const callback = args.at(-1) as (err: Error) => void
            if (isAtOnce) callback(new Error('no disk'))
            else setImmediate(callback, new Error('no disk'))
          }
          const app = express()
          app.set('env', 'test')
          app.use(session({ ...QUIET, ...options, store }) as unknown as express.RequestHandler)
          app.use((req, res) => {
            if (method === 'set') data(req as unknown as Req).at = req.url
            respond(res)
          })
          if (fail) app.use(fail)
          const wire = (await Wire.to(createServer(app))).get('/0')
          const [first] = await wire.answers(1)
          const cookie = first?.headers.find(line => line.startsWith('set-cookie:'))?.slice('set-cookie: '.length) ?? ''
          isFailing = true
          for (let count = 2; count < 12; count++) {
            wire.get(`/${count}`, `Cookie: ${cookie.split(';')[0]}`)
            const answers = await wire.answers(count)
            expect(answers.map(({ body }) => body)).to.deep.equal(Array(count).fill('text'))
            if (answers.at(-1)?.headers.includes('connection: close')) return
            await turns(5)
          }
          expect(wire.ended).to.equal(false)
        })
      }
    }
  }
})
