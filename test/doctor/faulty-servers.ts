import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import express = require('express')
import { session, type SessionOptions } from '../support/subject'
import { certificate } from '../support/certificate'

export type Options = Partial<SessionOptions> & { trustProxy?: boolean }

type Handler = (req: express.Request, res: express.Response) => void

/** Each request changes the session. */
const visit: Handler = (req, res) => {
  const { session } = req as unknown as { session: { views?: number } }
  session.views = (session.views ?? 0) + 1
  res.set('Cache-Control', 'private, no-store').end('hello')
}

/** An Express app with sessions. The default options are those of a healthy app. */
export function app({ trustProxy = false, ...options }: Options = {}, handler: Handler = visit): express.Express {
  const app = express()
  app.set('trust proxy', trustProxy)
  const cookie = { sameSite: 'lax', secure: 'auto', ...(options.cookie as object) } as const
  app.use(session({ secret: 'a secret', resave: false, saveUninitialized: false, ...options, cookie }) as unknown as express.RequestHandler)
  app.use(handler)
  return app
}

/** An app whose login keeps the session, or gives it a new ID. */
export function loginApp(login: 'keeps' | 'regenerates'): express.Express {
  return app({}, (req, res) => {
    const { session } = req as unknown as { session: { user?: string; regenerate(done: () => void): void } }
    const done = (): void => void visit(req, res)
    if (req.path !== '/login' || login === 'keeps') return done()
    session.regenerate(done)
  })
}

/** A server that sends this `Set-Cookie` and these headers in each response. */
export function fixed(line: string, headers: Record<string, string> = {}, status = 200): RequestListener {
  return (_req, res) => {
    res.writeHead(status, { 'Cache-Control': 'no-store', ...headers, 'Set-Cookie': line }).end('hello')
  }
}

/** A server that gives each new client a cookie, and accepts it later. `attributes` is appended to the line. */
export function steady(attributes: string, headers: Record<string, string> = {}, name = 'sid'): RequestListener {
  let count = 0
  return (req, res) => {
    res.setHeader('Cache-Control', 'no-store')
    for (const [header, value] of Object.entries(headers)) res.setHeader(header, value)
    if (!new RegExp(`(^|; )${name}=`).test(req.headers.cookie ?? '')) res.setHeader('Set-Cookie', `${name}=id${++count}; ${attributes}`)
    res.end('hello')
  }
}

export function secure(listener: RequestListener): Server {
  return createSecureServer({ key: certificate(), cert: certificate() }, listener)
}

/** Distributes requests over several apps in turn, as a load balancer does. */
export function inTurn(...apps: readonly ((req: IncomingMessage, res: ServerResponse) => void)[]): RequestListener {
  let count = 0
  return (req, res) => apps[count++ % apps.length]?.(req, res)
}

export function plain(listener: RequestListener): Server {
  return createServer(listener)
}
