import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Package, Store } from './neighbour'

type Data = Record<string, unknown>
type Act = (session: Data, req: IncomingMessage & Express.Request, argument: string) => unknown

/** What a visitor can do. With callbacks, since express-session makes no promises. */
const ACTS: Record<string, Act> = {
  count: session => (session.count = Number(session.count ?? 0) + 1),
  look: session => session.count ?? 0,
  who: session => session.user ?? 'nobody',
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

/** A server with sessions, on a store. */
export class Site {
  readonly #server: Server

  constructor(session: Package, store: Store, maxAge: number) {
    const middleware = session({ secret: 'of no value', store, resave: false, saveUninitialized: false, cookie: { maxAge } })
    this.#server = createServer((req, res) => {
      middleware(req, res, err => (err ? fail(res, err) : void answer(req as never, res).catch(err => fail(res, err))))
    })
  }

  async open(): Promise<string> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async close(): Promise<void> {
    this.#server.close().closeAllConnections()
    await once(this.#server, 'close')
  }
}

async function answer(req: IncomingMessage & Express.Request, res: ServerResponse): Promise<void> {
  const [, act = '', argument = ''] = (req.url as string).split('/')
  // While its store is away a site has no sessions, and goes on without
  if (!req.session) return void res.writeHead(503).end()
  res.end(String(await (ACTS[act] as Act)(req.session as unknown as Data, req, argument)))
}

function fail(res: ServerResponse, err: unknown): void {
  if (!res.headersSent) res.writeHead(500).end(String(err))
}

/** A browser with room for one cookie. */
export class Visitor {
  cookie = ''

  constructor(public site: string) {}

  /** @throws where the answer does not come in time, or is not 200 */
  async get(path: string): Promise<string> {
    const { status, text } = await this.try(path)
    if (status !== 200) throw new Error(`/${path} answered ${status}: ${text}`)
    return text
  }

  /** @throws where the answer does not come in time */
  async try(path: string, patience = 10_000): Promise<{ status: number; text: string }> {
    const res = await fetch(`${this.site}/${path}`, { headers: { cookie: this.cookie }, signal: AbortSignal.timeout(patience) })
    const text = await res.text()
    const line = res.headers.getSetCookie().at(-1)
    if (line) this.cookie = line.split(';')[0] as string
    return { status: res.status, text }
  }
}
