// One of several processes that serve the sessions of one engine. It exits when its parent does
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import session = require('../../../lib')
import { listening } from '../../support/listening'
import { USERS } from '../counts'
import type { Connect, Connection } from '../engines/engine'
import { ACTS, type Req } from './acts'
import { PATIENCE } from './counts'

/** The secret is that of the cookies of test/support. */
const OPTIONS = {
  secret: 'keyboard cat, and more of it',
  resave: false,
  saveUninitialized: false,
  cookie: { maxAge: 600_000 },
  storeTimeout: PATIENCE,
} as const

type Middleware = ReturnType<typeof session>

/** The first part of a path. Each has a store of its own: `hashIds` holds for a store. */
function sites({ atomic }: Connection) {
  return {
    users: session({ ...OPTIONS, ...USERS, store: atomic() }),
    hashed: session({ ...OPTIONS, ...USERS, store: atomic(), hashIds: true }),
    migrating: session({ ...OPTIONS, store: atomic(), hashIds: 'migrate' }),
  } as const
}

export type Site = keyof ReturnType<typeof sites>

/** Errors of a session that has ended meanwhile, which a client cannot prevent. */
const EXPECTED = ['ERR_SESSION_REVOKED', 'ERR_SESSION_NOT_FOUND']

async function answer(middleware: Middleware, req: Req, res: ServerResponse): Promise<void> {
  const [, , act = '', ...args] = (req.url as string).split('/')
  try {
    const result = await ACTS[act]?.(req, middleware, args)
    res.end(JSON.stringify(result ?? null))
  } catch (err) {
    const { code = '' } = err as { code?: string }
    if (!EXPECTED.includes(code)) throw err
    res.end(JSON.stringify({ code }))
  }
}

function fail(res: ServerResponse, err: unknown): void {
  console.error(err)
  if (!res.headersSent) res.writeHead(500).end(String(err))
}

export async function serve(connect: Connect): Promise<void> {
  process.once('disconnect', () => process.exit())
  const [, url = '', place = ''] = process.argv.slice(2)
  const connection = await connect(url, place)
  const table = sites(connection)
  const server = createServer((req: IncomingMessage, res) => {
    const [, site] = (req.url as string).split('/')
    if (site === 'contents') return void connection.contents().then(contents => res.end(JSON.stringify([...contents])))
    const middleware = table[site as Site]
    middleware(req as never, res as never, (err?: unknown) =>
      err ? fail(res, err) : void answer(middleware, req as Req, res).catch(err => fail(res, err)),
    )
  })
  // An idle connection that is closed while it is used again would look like a server that has exited
  server.keepAliveTimeout = 0
  process.send?.(await listening(server))
}
