import { expect } from 'chai'
import connect = require('connect')
import { sign } from 'cookie-signature'
import express = require('express')
import type { RequestHandler } from 'express'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import { data } from '../support/handlers'
import { QUIET, type Req } from '../support/site'
import { session, type SessionOptions } from '../support/subject'
import { FORMS, type Form } from './forms'
import { CARRIERS, MIDDLEWARES, type Carrier, type Got, type Middleware } from './wrappers'

const express4 = createRequire(__filename)('express-4') as typeof express

const ID = 'a-session-that-is-known'
const COOKIE = `connect.sid=${encodeURIComponent(`s:${sign(ID, QUIET.secret as string)}`)}`

interface Fate {
  readonly options: Partial<SessionOptions>
  readonly isKnown: boolean
  readonly changes: boolean
}

const FATES: Record<string, Fate> = {
  unchanged: { options: {}, isKnown: true, changes: false },
  changed: { options: {}, isKnown: false, changes: true },
  'saved again, with resave: true': { options: { resave: true }, isKnown: true, changes: false },
}

const record = JSON.stringify({ cookie: { originalMaxAge: null, expires: null, httpOnly: true, path: '/' }, user: 'ada' })

function memoryStore(): InstanceType<typeof session.MemoryStore> {
  const store = new session.MemoryStore()
  void store.set(ID, JSON.parse(record) as never)
  return store
}

/** A store with a simulated network: 5 ms for each call. */
function farStore(): InstanceType<typeof session.MemoryStore> {
  const store = memoryStore()
  for (const name of ['get', 'set', 'destroy', 'touch'] as const) {
    const native = store[name].bind(store) as (...args: unknown[]) => void
    store[name] = (...args: unknown[]) => void setTimeout(() => native(...args), 5)
  }
  return store
}

const STORES = { 'a MemoryStore': memoryStore, 'a store that is 5 ms away': farStore }

interface Setup {
  readonly form: Form
  readonly carrier: Carrier
  readonly before: readonly Middleware[]
  readonly after: readonly Middleware[]
}

/** @param sessions the session middleware, and the handler's change of the session; undefined for an app without sessions */
function application({ form, carrier: { handler }, before, after }: Setup, sessions: readonly RequestHandler[]): RequestListener {
  const chain: RequestHandler[] = [...before.map(make => make()), ...sessions, ...after.map(make => make())]
  const respond: RequestHandler = (req, res) => {
    if (req.url === '/last') return void res.end('last')
    form[handler === 'express' || handler === 'express-4' ? 'express' : 'plain'](req, res)
  }
  if (handler === 'plain') return inTurn([...chain, respond])
  const app = { express, 'express-4': express4, connect: connect as unknown as typeof express }[handler]()
  for (const middleware of [...chain, respond]) app.use(middleware)
  return app as unknown as RequestListener
}

/** Runs the chain without a framework, which would change the prototypes of request and response. */
function inTurn(chain: RequestHandler[]): RequestListener {
  const step = (index: number, req: IncomingMessage, res: ServerResponse): void =>
    chain[index]?.(req as never, res as never, err => {
      if (err) throw err as Error
      step(index + 1, req, res)
    }) as void
  return (req, res) => step(0, req, res)
}

async function play(setup: Setup, sessions: readonly RequestHandler[], cookie: string): Promise<Got> {
  const { form, carrier } = setup
  const headers = { 'accept-encoding': 'gzip', ...form.headers, cookie }
  return carrier.carry(application(setup, sessions), { method: form.method ?? 'GET', headers })
}

/** Compares each form of a response with and without a session. */
function compareAll(title: string, carrier: Carrier, before: readonly Middleware[], after: readonly Middleware[]): void {
  const expected = new Map<string, Promise<Got>>()
  for (const [fateName, { options, isKnown, changes }] of Object.entries(FATES)) {
    for (const [storeName, makeStore] of Object.entries(STORES)) {
      it(`${title}: a response whose session is ${fateName}, in ${storeName}, is the same as without a session`, async () => {
        for (const [name, form] of Object.entries(FORMS)) {
          const setup = { form, carrier, before, after }
          const cookie = isKnown ? COOKIE : 'theirs=1'
          const act: RequestHandler = (req, _, next) => {
            const { user } = data(req as unknown as Req)
            if (isKnown && user !== 'ada') throw new Error('the session was not found')
            if (changes) data(req as unknown as Req).user = 'ada'
            next()
          }
          const sessions = [session({ ...QUIET, ...options, store: makeStore() }) as unknown as RequestHandler, act]
          if (!expected.has(name)) expected.set(name, play(setup, [], cookie))
          const [got, without] = [await play(setup, sessions, cookie), await expected.get(name)]
          expect(got, name).to.deep.equal(without)
        }
      })
    }
  }
}

describe('responses: servers, adapters and proxies', () => {
  for (const [name, carrier] of Object.entries(CARRIERS)) compareAll(name, carrier, [], [])
})

describe('responses: middlewares next to the session', () => {
  const carrier = CARRIERS['Express 5'] as Carrier
  for (const [name, middleware] of Object.entries(MIDDLEWARES)) {
    compareAll(`${name}, before it`, carrier, [middleware], [])
    compareAll(`${name}, after it`, carrier, [], [middleware])
  }
})
