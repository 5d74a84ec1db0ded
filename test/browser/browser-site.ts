import { createServer } from 'node:http'
import https = require('node:https')
import { certificate } from '../support/certificate'
import { QUIET, type Handler, type Req } from '../support/site'
import { session, type SessionOptions } from '../support/subject'
import { portOf } from '../support/wire'

export const PROTOCOLS = ['http', 'https'] as const
export type Protocol = (typeof PROTOCOLS)[number]

/** The address of a server, under any name that ends with `.test`. */
export type Address = (host: string, path?: string) => string

export async function serve(protocol: Protocol, listener: Parameters<typeof createServer>[1]): Promise<Address> {
  const server = protocol === 'https' ? https.createServer({ key: certificate(), cert: certificate() }, listener) : createServer(listener)
  const port = await portOf(server)
  return (host, path = '/') => `${protocol}://${host}:${port}${path}`
}

export async function serveSession(protocol: Protocol, options: Partial<SessionOptions>, handler: Handler): Promise<Address> {
  const middleware = session({ ...QUIET, ...options })
  return serve(protocol, (incoming, res) => {
    const req = incoming as Req
    // The browser requests it by itself
    if (req.url === '/favicon.ico') return void res.writeHead(404).end()
    middleware(req, res, () => void handler(req, res))
  })
}
