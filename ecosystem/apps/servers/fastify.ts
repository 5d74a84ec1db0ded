import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { App } from './app'
import { played } from './page'
import type { Serve } from './server'

interface Fastify {
  server: Server
  register(plugin: object): Promise<void>
  use(path: string, middleware: App['sessions']): void
  get(path: string, handler: (request: Request, reply: Reply) => Promise<unknown>): void
  setErrorHandler(handler: (err: Error, request: Request, reply: Reply) => void): void
  ready(): Promise<void>
}

interface Request {
  raw: IncomingMessage
}

interface Reply {
  raw: ServerResponse
  redirect(to: string): Reply
  code(status: number): Reply
  send(text: string): Reply
  hijack(): void
}

/** With a plugin for middlewares. */
export const fastify =
  (plugin: string): Serve =>
  async ({ load }, { base, sessions, pages, failed }) => {
    const app = load<() => Fastify>('fastify')()
    await app.register(load(plugin))
    app.use(base, sessions)
    for (const [path, page] of Object.entries(pages)) {
      app.get(path, async (request, reply) => {
        const text = await played(page, request.raw)
        return page.leadsTo ? reply.redirect(page.leadsTo) : text
      })
    }
    app.setErrorHandler((err, request, reply) => {
      reply.hijack()
      failed(err, request.raw, reply.raw)
    })
    await app.ready()
    return app.server
  }
