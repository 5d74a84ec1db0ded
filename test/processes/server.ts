// One of several processes that serve the sessions of one engine; it exits when its parent does
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import session = require('../../lib')
import { listening } from '../support/listening'
import { QUIET } from '../support/connect-host'
import type { Handler, Host, Req } from '../support/host'
import { HOSTS } from '../support/hosts'
import { ACTS } from './acts'
import { USERS } from './counts'
import { connect, type Connection, type EngineName, type Package } from './engines/engine'

// eslint-disable-next-line @typescript-eslint/no-require-imports -- its types would be added to those of our own requests
const original = require('express-session') as Package

/** A long lifetime, and an expiry that can be moved. */
const OPTIONS = { ...QUIET, cookie: { maxAge: 600_000 } } as const

const handler: Handler = (req, res, next) => answer(req, res).catch(next)

/** The first part of a path: the store and the options. */
function sites({ plain, atomic }: Connection) {
  const store = atomic()
  const koa = HOSTS['Koa 3'] as Host
  const updating = Object.assign(atomic(), { compareAndSet: undefined })
  return {
    'express-session': served(original({ ...OPTIONS, store: plain(original) })),
    ours: served(session({ ...OPTIONS, store })),
    // The engine has no versions, but reports whether a session exists
    updating: served(session({ ...OPTIONS, store: updating })),
    rolling: served(session({ ...OPTIONS, store, rolling: true })),
    resaving: served(session({ ...OPTIONS, store, resave: true })),
    users: served(session({ ...OPTIONS, ...USERS, store })),
    koa: koa.listener({ options: { ...OPTIONS, store }, handler, fail: err => console.error(err) }),
  } as const
}

type Listener = (req: IncomingMessage, res: ServerResponse) => unknown

function served(middleware: ReturnType<Package>): Listener {
  return (req, res) =>
    middleware(req as never, res as never, (err?: unknown) => (err ? fail(res, err) : handler(req as Req, res, err => fail(res, err))))
}

export type Site = keyof ReturnType<typeof sites>

async function answer(req: Req, res: ServerResponse): Promise<void> {
  const [, , act = '', argument = '', until] = (req.url as string).split('/')
  const done = ACTS[act]?.(req, argument, until)
  // Tells the client that the session has been read, and that waiting handlers can be released
  res.writeProcessing()
  res.end(JSON.stringify((await done) ?? null))
}

function fail(res: ServerResponse, err: unknown): void {
  console.error(err)
  if (!res.headersSent) res.writeHead(500).end(String(err))
}

async function main(engine: string, url: string, place: string): Promise<void> {
  const table = sites(await connect(engine as EngineName, url, place))
  const server = createServer((req: IncomingMessage, res) => {
    const [, site] = (req.url as string).split('/')
    table[site as Site](req, res)
  })
  // An idle connection that is closed while it is used again would look like a server that has exited
  server.keepAliveTimeout = 0
  process.send?.(await listening(server))
}

process.once('disconnect', () => process.exit())
void main(...(process.argv.slice(2) as [string, string, string]))
