import { expect } from 'chai'
import express = require('express')
import type { ErrorRequestHandler, Express, NextFunction, Request, Response } from 'express'
import { createReadStream } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { pipeline } from 'node:stream'
import { GateStore } from '../support/gate-store'
import { data } from '../support/handlers'
import { QUIET, type Req } from '../support/site'
import { session } from '../support/subject'
import { useUncaught } from '../support/uncaught'
import { turns, useServers, Wire } from '../support/wire'
import { cookieOf } from './stage'

type Route = (req: Request, res: Response, next: NextFunction) => unknown

interface Row {
  readonly route: Route
  /** The status line of the first response. */
  readonly line: string
  readonly body: string | RegExp
  readonly after?: ErrorRequestHandler
}

const sends = (route: Route): Row => ({ route, line: 'HTTP/1.1 200 OK', body: 'first' })

const redirects = (route: Route): Row => ({ route, line: 'HTTP/1.1 302 Found', body: /\/home/ })

/** Apps that go on after they have responded. */
const ROWS: Record<string, Row> = {
  'send, and send again': sends((_, res) => (res.send('first'), res.send('second'))),
  'send, and json': sends((_, res) => (res.send('first'), res.json({ second: true }))),
  'send, and end': sends((_, res) => (res.send('first'), res.end('second'))),
  'send, and end without a chunk': sends((_, res) => (res.send('first'), res.end())),
  'send, and write': sends((_, res) => (res.send('first'), res.write('second'))),
  'send, and writeHead': sends((_, res) => (res.send('first'), res.writeHead(500))),
  'send, and sendFile': sends((_, res) => (res.send('first'), res.sendFile(__filename))),
  'send, and redirect': sends((_, res) => (res.send('first'), res.redirect('/home'))),
  'send, and a status': sends((_, res) => (res.send('first'), res.status(404))),
  'send, and next()': sends((_, res, next) => (res.send('first'), next())),
  'send, and next(err)': sends((_, res, next) => (res.send('first'), next(new Error('late')))),
  'send, and throw': sends((_, res) => {
    res.send('first')
    throw new Error('late')
  }),
  'send, and write a moment later': sends((_, res) => (res.send('first'), setImmediate(() => res.write('second')))),
  'send, and send a moment later': sends((_, res, next) => {
    res.send('first')
    setImmediate(() => {
      try {
        res.send('second')
      } catch (err) {
        next(err)
      }
    })
  }),
  'send, and a file piped': sends((_, res) => (res.send('first'), createReadStream(__filename).pipe(res))),
  'send, and a file in a pipeline': sends((_, res) => (res.send('first'), pipeline(createReadStream(__filename), res, () => {}))),
  'send, and end the socket': sends((req, res) => (res.send('first'), req.socket.end())),
  'send, and destroy the request': sends((req, res) => (res.send('first'), req.destroy())),
  'json, and send': { route: (_, res) => (res.json({ first: true }), res.send('second')), line: 'HTTP/1.1 200 OK', body: '{"first":true}' },
  'an error that is sent, and passed on': {
    route: (_, __, next) => next(new Error('early')),
    after: (err, _, res, next) => {
      res.status(500).send('first')
      next(err)
    },
    line: 'HTTP/1.1 500 Internal Server Error',
    body: 'first',
  },
  'redirect, and next()': redirects((_, res, next) => (res.redirect('/home'), next())),
  'redirect, and redirect again': redirects((_, res) => (res.redirect('/home'), res.redirect('/other'))),
  'redirect, and send': redirects((_, res) => (res.redirect('/home'), res.send('second'))),
  'redirect, and next(err)': redirects((_, res, next) => (res.redirect('/home'), next(new Error('late')))),
  'redirect, and a file piped': redirects((_, res) => (res.redirect('/home'), createReadStream(__filename).pipe(res))),
  'write and end, and end again': sends((_, res) => (res.write('fir'), res.end('st'), res.end('second'))),
}

// eslint-disable-next-line @typescript-eslint/no-require-imports -- without types of its own
const VERSIONS = { 'Express 5': express, 'Express 4': require('express-4') as typeof express }

/** An app whose route changes the session, followed by a handler for missing paths. */
function application(make: typeof express, store: GateStore, { route, after }: Row): { app: Express; server: Server } {
  const app = make()
  app.set('env', 'test')
  app.use(session({ ...QUIET, store }) as unknown as Route)
  app.use((req, res, next) => {
    if (req.url === '/who') return void res.send(String(data(req as unknown as Req).user))
    data(req as unknown as Req).user = 'ada'
    route(req, res, next)
  })
  app.use(((_, res) => res.status(404).send('not there')) as Route)
  if (after) app.use(after)
  return { app, server: createServer(app) }
}

describe('connect: an app that responds twice', () => {
  useServers()
  const uncaught = useUncaught()

  for (const [version, make] of Object.entries(VERSIONS)) {
    for (const [name, row] of Object.entries(ROWS)) {
      for (const later of [true, false]) {
        it(`${version}: ${name}: the first response arrives completely, with a store that calls back ${later ? 'later' : 'at once'}`, async () => {
          const store = new GateStore()
          store.open = !later
          const { server } = application(make, store, row)
          const wire = (await Wire.to(server)).get()
          if (later) await store.waits()
          await turns()
          if (later) expect(wire.text).to.equal('')
          store.open = true
          store.release()
          const answer = await wire.answer()
          expect(answer.line).to.equal(row.line)
          expect(answer.body).to.match(typeof row.body === 'string' ? new RegExp(`^${row.body}$`) : row.body)
          const cookie = cookieOf(answer)
          expect(cookie).to.be.a('string')
          await turns()
          expect(uncaught).to.deep.equal([])
          const next = await (await Wire.to(server)).get('/who', `Cookie: ${cookie}`).answer()
          expect(next.body).to.equal('ada')
        })
      }
    }
  }
})
