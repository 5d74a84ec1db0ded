import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { listening } from '../test/support/listening'
import type { Package, Store } from './integration'

type Data = Record<string, unknown>
type Act = (session: Data, req: IncomingMessage & Express.Request, argument: string) => unknown

/** The handlers. They use callbacks, because express-session returns no promises. */
const ACTS: Record<string, Act> = {
  count: session => (session.count = Number(session.count ?? 0) + 1),
  look: session => session.count ?? 0,
  lifetime: (_, req) => typeof req.session.cookie.maxAge,
  who: session => session.user ?? 'guest',
  key: (session, _, argument) => (session[`key-${argument}`] = true),
  keys: session => Object.keys(session).filter(key => key.startsWith('key-')).length,
  login: async (_, req, argument) => {
    await called(done => req.session.regenerate(done))
    return ((req.session as unknown as Data).user = argument)
  },
  logout: async (_, req) => called(done => req.session.destroy(done)),
}

function called(act: (done: (err?: unknown) => void) => void): Promise<unknown> {
  return new Promise((resolve, reject) => act(err => (err ? reject(err as Error) : resolve('done'))))
}

/** A server with sessions, on a store. @returns its address */
export async function site(session: Package, store: Store, options: object): Promise<string> {
  const middleware = session({ secret: 'of no value to anyone', store, resave: false, saveUninitialized: false, ...options })
  return listening(
    createServer((req, res) => {
      middleware(req, res, err => (err ? fail(res, err) : void answer(req as never, res).catch(err => fail(res, err))))
    }),
  )
}

async function answer(req: IncomingMessage & Express.Request, res: ServerResponse): Promise<void> {
  const [, act = '', argument = ''] = (req.url as string).split('/')
  // While its store is disconnected, a site has no sessions, and requests go on without one
  if (!req.session) return void res.writeHead(503).end()
  res.end(String(await (ACTS[act] as Act)(req.session as unknown as Data, req, argument)))
}

function fail(res: ServerResponse, err: unknown): void {
  if (!res.headersSent) res.writeHead(500).end(String(err))
}
