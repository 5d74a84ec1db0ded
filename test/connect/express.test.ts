import { expect } from 'chai'
import express = require('express')
import type { Express, NextFunction, Request, Response } from 'express'
import { createServer } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { GateStore } from '../support/gate-store'
import { data } from '../support/handlers'
import { QUIET, type Req } from '../support/site'
import { session } from '../support/subject'
import { turns, useServers, Wire, type Answer } from '../support/wire'
import { withoutCookie, withheld } from './stage'

type Route = (req: Request, res: Response, next: NextFunction) => unknown

const ROUTES: Record<string, Route> = {
  'send of text': (_, res) => res.send('text'),
  'send of bytes': (_, res) => res.send(Buffer.from('bytes')),
  'send of nothing': (_, res) => res.send(),
  'status and send': (_, res) => res.status(201).send('text'),
  'sendStatus 204': (_, res) => res.sendStatus(204),
  json: (_, res) => res.json({ a: 1 }),
  jsonp: (_, res) => res.jsonp({ a: 1 }),
  redirect: (_, res) => res.redirect('/home'),
  'redirect 303': (_, res) => res.redirect(303, '/home'),
  cookie: (_, res) => res.cookie('theirs', '1').send('text'),
  format: (_, res) => res.format({ 'text/plain': () => res.send('text'), 'text/html': () => res.send('<p>') }),
  sendFile: (_, res) => res.sendFile(__filename),
  'sendFile with a callback': (_, res) => res.sendFile(__filename, () => {}),
  download: (_, res) => res.download(__filename, 'express.ts'),
  'a file that is not there': (_, res) => res.sendFile('/nowhere/at/all'),
  pipe: (_, res) => Readable.from(['a', 'b', 'c']).pipe(res),
  pipeline: async (_, res) => pipeline(Readable.from(['a', 'b', 'c']), res),
  'write and end': (_, res) => (res.type('txt'), res.write('te'), res.end('xt')),
  'an error thrown': () => {
    throw failure('teapot', 418)
  },
  'an error passed on': (_, __, next) => next(failure('down')),
  'a promise rejected': async () => Promise.reject(failure('down')),
  'no route matches': (_, __, next) => next(),
}

/** An error without its stack, which Express prints, and which differs with a session. */
function failure(message: string, status = 500): Error {
  return Object.assign(new Error(message), { status, stack: message })
}

const REQUESTS: Record<string, string> = {
  GET: 'GET / HTTP/1.1\r\nHost: site\r\n\r\n',
  HEAD: 'HEAD / HTTP/1.1\r\nHost: site\r\n\r\n',
  'conditional GET': 'GET / HTTP/1.1\r\nHost: site\r\nIf-None-Match: *\r\nIf-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT\r\n\r\n',
  'GET of a range': 'GET / HTTP/1.1\r\nHost: site\r\nRange: bytes=0-3\r\n\r\n',
}

/** An application without output on stderr. With a store, a session is changed before its route. */
function application(route: Route, store?: GateStore): Express {
  const app = express()
  app.set('env', 'test')
  if (store) {
    app.use(session({ ...QUIET, store }) as unknown as Route)
    app.use((req, _, next) => {
      data(req as unknown as Req).user = 'ada'
      next()
    })
  }
  app.use(route)
  return app
}

async function ask(app: Express, request: string, store?: GateStore): Promise<Answer> {
  const wire = (await Wire.to(createServer(app))).send(request)
  if (store && !store.open) {
    await withheld(wire, store)
    store.release()
  }
  return withoutCookie(await wire.answer(request.split(' ')[0]))
}

describe('connect: Express 5', () => {
  useServers()

  for (const [what, route] of Object.entries(ROUTES)) {
    for (const [how, request] of Object.entries(REQUESTS)) {
      it(`${what} responds to a ${how} as without a session`, async () => {
        const expected = await ask(application(route), request)
        for (const open of [true, false]) {
          const store = new GateStore()
          store.open = open
          expect(await ask(application(route, store), request, store)).to.deep.equal(expected)
          await turns()
          expect(store.asked).to.deep.equal(['set'])
        }
      })
    }
  }

  it("data that cannot be stored is an error for the app's error handler, which responds", async () => {
    for (const respond of [ROUTES['send of text'], ROUTES.sendFile, ROUTES.pipe, ROUTES['write and end'], ROUTES.redirect] as Route[]) {
      const errors: unknown[] = []
      const app = express()
      app.use(session({ ...QUIET, store: new GateStore() }) as unknown as Route)
      app.use((req, res, next) => {
        data(req as unknown as Req).big = 1n
        respond(req, res, next)
      })
      app.use((err: unknown, _: Request, res: Response, next: NextFunction) => {
        errors.push(err)
        if (res.headersSent) return next(err)
        return res.status(500).json({ sorry: true })
      })
      const answer = await ask(app, REQUESTS.GET as string)
      expect(answer).to.include({ line: 'HTTP/1.1 500 Internal Server Error', body: '{"sorry":true}' })
      await turns()
      expect(errors).to.have.length(1)
    }
  })
})
