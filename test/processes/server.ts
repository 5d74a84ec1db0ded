// One of several processes that serve the sessions of one engine; ends with whoever started it
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import session = require('../../lib')
import { listening } from '../ecosystem/listening'
import type { Req } from '../support/site'
import { ACTS } from './acts'
import { SECRET } from './client'
import { connect, type Connection, type EngineName, type Package } from './engines/engine'

// eslint-disable-next-line @typescript-eslint/no-require-imports -- its types would be added to those of our own requests
const original = require('express-session') as Package

/** Lives long enough, and has an expiry to be moved. */
const OPTIONS = { secret: SECRET, resave: false, saveUninitialized: false, cookie: { maxAge: 600_000 } } as const

/** The first part of a path: who keeps the sessions, and how. */
function sites({ plain, atomic }: Connection) {
  const store = atomic()
  const updating = Object.assign(atomic(), { compareAndSet: undefined })
  return {
    'express-session': original({ ...OPTIONS, store: plain(original) }),
    ours: session({ ...OPTIONS, store }),
    // Whose engine has no versions, but knows whether it has a session
    updating: session({ ...OPTIONS, store: updating }),
    rolling: session({ ...OPTIONS, store, rolling: true }),
    resaving: session({ ...OPTIONS, store, resave: true }),
  } as const
}

export type Site = keyof ReturnType<typeof sites>

async function answer(req: Req, res: ServerResponse, [act = '', argument = '', until]: readonly string[]): Promise<void> {
  const done = ACTS[act]?.(req, argument, until)
  // Whoever asks knows by this that the session has been read, and what waits can be released
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
    const [, site, ...rest] = (req.url as string).split('/')
    table[site as Site](req as never, res as never, err => {
      if (err) fail(res, err)
      else answer(req as Req, res, rest).catch(err => fail(res, err))
    })
  })
  // An idle connection that is closed as it is used again would look like a server that died
  server.keepAliveTimeout = 0
  process.send?.(await listening(server))
}

process.once('disconnect', () => process.exit())
void main(...(process.argv.slice(2) as [string, string, string]))
