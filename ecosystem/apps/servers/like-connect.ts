import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { App, Failed } from './app'
import { played } from './page'
import type { Serve } from './server'

type Next = (err?: unknown) => void
type Handler = (req: IncomingMessage, res: ServerResponse, next: Next) => void
type Reply = (res: ServerResponse, text: string, leadsTo: string | undefined) => unknown

/** The common part of servers that accept middlewares as Connect does. */
interface Router {
  use(path: string, handler: Handler | Failed): unknown
  get?(path: string, handler: Handler): unknown
}

/** Responds without a framework's methods. */
export const plainly: Reply = (res, text, leadsTo) => (leadsTo ? res.writeHead(302, { location: leadsTo }).end() : res.end(text))

const likeExpress: Reply = (res, text, leadsTo) => {
  const { send, redirect } = res as unknown as Record<'send' | 'redirect', (this: ServerResponse, what: string) => void>
  return leadsTo ? redirect.call(res, leadsTo) : send.call(res, text)
}

export const express =
  (name: string): Serve =>
  ({ load }, app) => {
    const router = filled(load<() => Router & RequestListener>(name)(), app, likeExpress)
    router.use('/', app.failed)
    return createServer(router)
  }

/** Connect, and the router of Express 5. */
export const connect =
  (name: string): Serve =>
  ({ load }, app) => {
    const router = filled(load<() => Router & Handler>(name)(), app)
    router.use('/', app.failed)
    return createServer((req, res) => router(req, res, () => res.writeHead(404).end()))
  }

export const polka =
  (name: string): Serve =>
  ({ load }, app) => {
    const make = load<(options: { onError: Failed }) => Router & { handler: RequestListener }>(name)
    return createServer(filled(make({ onError: app.failed }), app).handler)
  }

export const restana =
  (name: string): Serve =>
  ({ load }, app) => {
    const make = load<(options: { errorHandler: Failed }) => Router & { handle: RequestListener }>(name)
    return createServer(filled(make({ errorHandler: app.failed }), app).handle)
  }

function filled<Of extends Router>(router: Of, { base, sessions, pages }: App, reply = plainly): Of {
  router.use(base, sessions)
  for (const [path, page] of Object.entries(pages)) {
    const handler: Handler = (req, res, next) => {
      played(page, req)
        .then(text => reply(res, text, page.leadsTo))
        .catch(next)
    }
    if (router.get) router.get(path, handler)
    else router.use(path, handler)
  }
  return router
}
