import { expect } from 'chai'
import express = require('express')
import { AsyncLocalStorage } from 'node:async_hooks'
import { once } from 'node:events'
import http = require('node:http')
import http2 = require('node:http2')
import type { AddressInfo } from 'node:net'
import koaSession = require('../../lib/koa')
import session = require('../../lib')
import { KOAS } from '../koa/koas'
import type { Ctx } from '../koa/site'
import { ComparingStore, ShufflingStore } from '../support/shuffling-store'
import { QUIET } from '../support/site'

type Bag = Record<string, unknown>

/** The parts of a request, on each host. */
interface Visit {
  readonly req: http.IncomingMessage & { session: Express.Request['session'] & Bag }
  readonly res: http.ServerResponse
  /** Records in which request's context it is called. */
  note(what: string): void
  update(change: (session: Bag) => void): Promise<void>
}

/** The actions, named by their path. Several requests of one session run all of them concurrently. */
const ACTIONS: Record<string, (visit: Visit) => unknown> = {
  '/update': async ({ res, note, update }) => {
    const updated = update(draft => {
      note("update's function")
      draft.n = Number(draft.n ?? 0) + 1
    })
    // The session may have been destroyed
    await updated.catch(() => {})
    note('update settles')
    res.end('x'.repeat(10))
  },
  '/save': ({ req, res, note }) => {
    req.session[`${Math.random()}`] = 1
    req.session.save(() => (note('save callback'), res.end()))
  },
  '/save-promise': async ({ req, res, note }) => {
    req.session[`${Math.random()}`] = 1
    await req.session.save()
    note('save resolves')
    res.end()
  },
  '/save-unawaited': ({ req, res, note }) => {
    req.session[`${Math.random()}`] = 1
    req.session.save(() => note('save callback'))
    res.end(() => note('end callback'))
  },
  '/reload': ({ req, res, note }) => {
    req.session.reload(() => (note('reload callback'), res.end()))
  },
  '/end': ({ req, res, note }) => {
    req.session[`${Math.random()}`] = 1
    res.end('end', () => note('end callback'))
  },
  '/read': ({ res, note }) => res.end('read', () => note('end callback')),
  '/stream': ({ req, res, note }) => {
    req.session[`${Math.random()}`] = 1
    res.once('drain', () => (note('drain'), res.end('end')))
    // Waits until the session is saved: the writer waits for drain
    if (res.write('x')) res.emit('drain')
  },
  '/error': ({ req, res, note }) => {
    req.session[`${Math.random()}`] = 1
    res.on('error', () => note('error'))
    res.end('end')
    res.write('too late')
  },
  '/regenerate': ({ req, res, note }) => {
    req.session.regenerate(() => (note('regenerate callback'), res.end()))
  },
  '/destroy': ({ req, res, note }) => {
    req.session.destroy(() => (note('destroy callback'), res.end()))
  },
}

/** The last two end the session, also for the other requests. */
const LASTING = Object.keys(ACTIONS).slice(0, -2)

const STORES: Record<string, (seed: number) => session.MemoryStore> = {
  MemoryStore: () => new session.MemoryStore(),
  'a plain store': seed => {
    const store = new ShufflingStore(seed)
    // Own methods, so that those of MemoryStore are not called
    return Object.assign(store, { compareAndSet: undefined }) as never
  },
  'an atomic store': seed => new ComparingStore(seed),
}

const context = new AsyncLocalStorage<string>()

const ON_KOA = ['next', "update's function", 'handler goes on', 'finish', 'close']
const ON_CONNECT = [
  ...['next', "update's function", 'update settles', 'save callback', 'save resolves', 'reload callback', 'regenerate callback'],
  ...['destroy callback', 'end callback', 'finish', 'close', 'drain'],
]

/** Node emits these events of HTTP/2 outside of any request's context, also without a session. */
const OUTSIDE: Record<string, string[]> = { 'HTTP/2': ['finish', 'close'] }

/** The records, by context: the request's own, another request's, or none. */
class Notes {
  readonly own = new Map<string, number>()
  readonly foreign: string[] = []
  readonly none: string[] = []

  noter(id: string): (what: string) => void {
    return what => {
      const seen = context.getStore()
      if (seen === undefined) this.none.push(what)
      else if (seen !== id) this.foreign.push(what)
      else this.own.set(what, (this.own.get(what) ?? 0) + 1)
    }
  }
}

type Listener = (req: http.IncomingMessage, res: http.ServerResponse) => unknown

function visitOf(req: unknown, res: unknown, notes: Notes, update: Visit['update']): Visit {
  const given = req as Visit['req']
  const note = notes.noter(given.headers['x-request'] as string)
  return { req: given, res: res as http.ServerResponse, note, update }
}

function watch({ res, note }: Visit): void {
  for (const event of ['finish', 'close']) res.once(event, () => note(event))
}

function act(visit: Visit): unknown {
  visit.note('next')
  watch(visit)
  const action = ACTIONS[visit.req.url as string] ?? (({ req, res }: Visit) => ((req.session.n = 0), res.end()))
  return action(visit)
}

function connectOn(store: session.MemoryStore, notes: Notes): Listener {
  const middleware = session({ ...QUIET, store, name: 'id', cookie: { maxAge: 60_000 } })
  return (req, res) =>
    middleware(req as never, res as never, () => {
      const update: Visit['update'] = change => session.update(req as never, change as never)
      void act(visitOf(req, res, notes, update))
    })
}

function expressOn(store: session.MemoryStore, notes: Notes): Listener {
  const listener = connectOn(store, notes)
  return express().use((req, res) => void listener(req, res))
}

function koaOn(store: session.MemoryStore, notes: Notes): Listener {
  const app = new KOAS['Koa 3']()
  app.keys = ['keyboard cat']
  app.use(koaSession({ store: store as never, name: 'id', signed: false, rolling: true, cookie: { maxAge: 60_000 } } as never))
  app.use(async (ctx: Ctx) => {
    const note = notes.noter(ctx.req.headers['x-request'] as string)
    const bag = (): Bag => ctx.session as unknown as Bag
    const visit = { note, res: ctx.res } as Visit
    note('next')
    watch(visit)
    const { url } = ctx.req
    if (url === '/update') {
      const { updateSession } = ctx as unknown as { updateSession(change: (draft: Bag) => void): Promise<void> }
      const updated = updateSession.call(ctx, draft => {
        note("update's function")
        draft.n = Number(draft.n ?? 0) + 1
      })
      await updated.catch(() => {})
    } else if (url === '/save') await (bag() as { save?(): Promise<void> }).save?.()
    else if (url === '/regenerate') await (bag() as { regenerate?(): Promise<void> }).regenerate?.()
    else if (url === '/destroy') ctx.session = null as never
    else if (url !== '/read' && url !== '/reload') bag()[`${Math.random()}`] = 1
    note('handler goes on')
    ctx.body = 'done'
  })
  return app.callback() as Listener
}

interface Server {
  readonly get: (path: string, id: string, cookie?: string) => Promise<string>
  close(): void
}

async function http1(listener: Listener): Promise<Server> {
  const server = http.createServer((req, res) => context.run(req.headers['x-request'] as string, listener, req, res))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const agent = new http.Agent({ keepAlive: true, maxSockets: 6 })
  const get: Server['get'] = async (path, id, cookie = '') => {
    const req = http.get({ port, path, agent, headers: { 'x-request': id, cookie } })
    const [res] = (await once(req, 'response')) as [http.IncomingMessage]
    await once(res.resume(), 'end')
    return (res.headers['set-cookie']?.[0] ?? '').split(';')[0] as string
  }
  return { get, close: () => (agent.destroy(), server.close().closeAllConnections()) }
}

async function http2Server(listener: Listener): Promise<Server> {
  const server = http2.createServer((req, res) => context.run(req.headers['x-request'] as string, listener as never, req, res))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const client = http2.connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  const get: Server['get'] = async (path, id, cookie = '') => {
    const stream = client.request({ ':path': path, 'x-request': id, cookie })
    let line = ''
    stream.on('response', headers => (line = headers['set-cookie']?.[0] ?? ''))
    // The error of the late write
    stream.on('error', () => {})
    await new Promise(resolve => stream.resume().on('close', resolve))
    return line.split(';')[0] as string
  }
  return { get, close: () => (client.destroy(), void server.close()) }
}

const HOSTS: Record<string, (store: session.MemoryStore, notes: Notes) => Promise<Server>> = {
  Express: (store, notes) => http1(expressOn(store, notes)),
  'HTTP/2': (store, notes) => http2Server(connectOn(store, notes)),
  Koa: (store, notes) => http1(koaOn(store, notes)),
}

describe('faults: AsyncLocalStorage has the context of each request, during concurrent requests of one session', () => {
  for (const [host, start] of Object.entries(HOSTS))
    for (const [title, makeStore] of Object.entries(STORES)) {
      it(`on ${host}, with ${title}`, async () => {
        const notes = new Notes()
        const server = await start(makeStore(1), notes)
        let ids = 0
        const get = (path: string, cookie?: string): Promise<string> => server.get(path, `${path} ${++ids}`, cookie)
        for (let round = 0; round < 4; round++) {
          const cookie = await get('/enter')
          await Promise.all([...LASTING, ...LASTING, ...LASTING].map(path => get(path, cookie)))
          await Promise.all([...Object.keys(ACTIONS), '/end', '/save'].map(path => get(path, cookie)))
        }
        server.close()
        expect([...new Set(notes.foreign)], `${notes.foreign.length} in another request's context`).to.deep.equal([])
        const outside = new Set(notes.none)
        expect([...outside]).to.have.members(OUTSIDE[host] ?? [])
        expect([...notes.own.keys(), ...outside]).to.include.members(host === 'Koa' ? ON_KOA : ON_CONNECT)
      })
    }
})
