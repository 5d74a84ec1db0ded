import { expect } from 'chai'
import express = require('express')
import type { ErrorRequestHandler, RequestHandler } from 'express'
import { EventEmitter } from 'node:events'
import type { ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import { createMocks, type MockResponse } from 'node-mocks-http'
import { FaultyStore } from '../support/faulty-store'
import { GateStore } from '../support/gate-store'
import { data } from '../support/handlers'
import { QUIET, type Req } from '../support/site'
import { session, type SessionOptions } from '../support/subject'
import { turns } from '../support/wire'

const load = createRequire(__filename)

type Mock = MockResponse<ServerResponse & Record<'send' | 'json' | 'redirect' | 'sendStatus', (value: unknown) => unknown>>

/** Ways to respond that a mock has, with the status. */
const RESPONSES: Record<string, { status: number; respond: (res: Mock) => unknown }> = {
  end: { status: 200, respond: res => res.end('text') },
  'status and end': { status: 201, respond: res => ((res.statusCode = 201), res.end('text')) },
  'write and end': { status: 200, respond: res => (res.write('te'), res.end('xt')) },
  'writeHead and end': { status: 201, respond: res => (res.writeHead(201), res.end('text')) },
  send: { status: 200, respond: res => res.send('text') },
  json: { status: 200, respond: res => res.json({}) },
  redirect: { status: 302, respond: res => res.redirect('/home') },
  sendStatus: { status: 204, respond: res => res.sendStatus(204) },
}

type Handle = (req: Req, res: Mock, next: (err?: unknown) => void) => void

/** An app of Express with the session middleware and a handler. */
const expressApp =
  (name: string) =>
  (...handlers: Handle[]): Handle => {
    const app = (load(name) as typeof express)()
    for (const handler of handlers) app.use(handler as unknown as RequestHandler)
    app.use(((err, _req, _res, next) => next(err)) satisfies ErrorRequestHandler)
    return app as unknown as Handle
  }

/** What calls the middleware and the handler. */
const CALLERS: Record<string, (...handlers: [Handle, Handle]) => Handle> = {
  'called directly': (first, second) => (req, res, next) => first(req, res, err => (err ? next(err) : second(req, res, next))),
  'behind Express 5': expressApp('express'),
  'behind Express 4': expressApp('express-4'),
}

interface Received {
  readonly status: number
  readonly cookie: boolean
  readonly ended: boolean
  readonly errors: unknown[]
}

/** The response of a mock request whose handler changes the session. */
async function receive(
  options: Partial<SessionOptions>,
  call: (...handlers: [Handle, Handle]) => Handle,
  respond: (res: Mock) => unknown,
): Promise<Received> {
  const { req, res: mock } = createMocks({ method: 'GET', url: '/' }, { eventEmitter: EventEmitter }) as unknown as { req: Req; res: Mock }
  const errors: unknown[] = []
  const handle = call(session({ ...QUIET, ...options }) as unknown as Handle, (request, response) => {
    data(request).user = 'ada'
    respond(response)
  })
  handle(req, mock, err => errors.push((err as Error).message))
  await turns()
  return { status: mock.statusCode, cookie: mock._getHeaders()['set-cookie'] !== undefined, ended: mock._isEndCalled(), errors }
}

describe('connect: mock responses of node-mocks-http', () => {
  for (const [caller, call] of Object.entries(CALLERS)) {
    for (const [how, { status, respond }] of Object.entries(RESPONSES)) {
      it(`${caller}: ${how} has the cookie, with a store that answers at once`, async () => {
        const got = await receive({ store: new session.MemoryStore() }, call, respond)
        expect(got).to.deep.equal({ status, cookie: true, ended: true, errors: [] })
      })

      it(`${caller}: ${how} has the cookie, with a store that answers later`, async () => {
        const store = new GateStore()
        const receiving = receive({ store }, call, respond)
        await store.waits()
        store.release()
        expect(await receiving).to.deep.equal({ status, cookie: true, ended: true, errors: [] })
      })

      it(`${caller}: ${how} is replaced if the session cannot be saved, with a store that fails at once`, async () => {
        const store = new FaultyStore()
        store.fail('set', new Error('store down'))
        const got = await receive({ store, saveErrors: 'fail' }, call, respond)
        expect(got).to.deep.equal({ status: 500, cookie: false, ended: false, errors: ['store down'] })
      })

      it(`${caller}: ${how} is replaced if the session cannot be saved, with a store that fails later`, async () => {
        const store = new GateStore()
        const receiving = receive({ store, saveErrors: 'fail' }, call, respond)
        await store.waits()
        store.release(new Error('store down'))
        expect(await receiving).to.deep.equal({ status: 500, cookie: false, ended: false, errors: ['store down'] })
      })
    }
  }
})

/** Responses of plain objects, whose `end` keeps the headers that are set. */
const PLAIN: Record<string, (headers: Record<string, unknown>) => Record<string, unknown>> = {
  'with end': () => ({}),
  'with write and end': () => ({ write: () => true }),
  'with _implicitHeader': () => ({
    _implicitHeader(this: ServerResponse) {
      this.writeHead(this.statusCode)
    },
  }),
  'with flushHeaders': () => ({ flushHeaders: () => {} }),
  'an EventEmitter': () => new EventEmitter() as never,
}

describe('connect: mock responses that are plain objects', () => {
  const respond: Record<string, (res: ServerResponse) => unknown> = {
    end: res => res.end('text'),
    'write and end': res => (res.write?.('te'), res.end('xt')),
    'flushHeaders and end': res => (res.flushHeaders?.(), res.end('text')),
    'writeHead and end': res => (res.writeHead(200), res.end('text')),
  }
  for (const [what, make] of Object.entries(PLAIN)) {
    for (const [how, call] of Object.entries(respond)) {
      for (const later of [false, true]) {
        it(`${what}: ${how} has the cookie once, with a store that answers ${later ? 'later' : 'at once'}`, async () => {
          const headers: Record<string, unknown> = {}
          let sent: Record<string, unknown> = {}
          const res = Object.assign(make(headers), {
            statusCode: 200,
            getHeader: (name: string) => headers[name.toLowerCase()],
            setHeader: (name: string, value: unknown) => void (headers[name.toLowerCase()] = value),
            writeHead: () => res,
            end: () => ((sent = { ...headers }), res),
          })
          const store = new GateStore()
          store.open = !later
          const req = { url: '/', headers: {}, connection: {} } as Req
          session({ ...QUIET, store })(req, res as never, () => {
            data(req).user = 'ada'
            call(res as never)
          })
          if (later) {
            await store.waits()
            store.open = true
            store.release()
          }
          await turns()
          expect(sent['set-cookie']).to.be.an('array').with.length(1)
        })
      }
    }
  }
})
