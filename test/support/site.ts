import { createServer, type Server, type ServerResponse } from 'node:http'
import request = require('supertest')
import { Browser, lines } from './browser'
import { connect } from './connect-host'
import type { Host, Req } from './host'
import { reusePort } from './reused-port'
import type { SessionOptions } from './subject'

export { QUIET } from './connect-host'
export type { Req } from './host'

export type Handler = (req: Req, res: ServerResponse) => unknown

/** A site with the middleware before a handler, on Connect by default. It records an error, and responds with its status or 500. */
export class Site {
  readonly errors: Error[] = []
  readonly server: Server

  constructor(
    options: Partial<SessionOptions>,
    handler: Handler,
    before: (req: Req, res: ServerResponse) => void = () => {},
    host = connect,
  ) {
    const listener = host.listener({ options, handler, fail: (err, res) => this.#fail(err as Error, res) })
    this.server = reusePort(
      createServer((req, res) => {
        before(req as Req, res)
        listener(req, res)
      }),
    )
  }

  #fail(err: Error, res: ServerResponse): void {
    this.errors.push(err)
    if (res.headersSent) return
    res.statusCode = (err as { status?: number }).status ?? 500
    res.end(err.message)
  }

  /** A new client that sends back the cookies of the last response. */
  visitor(): Visitor {
    return new Visitor(this.server)
  }

  /** A new client that treats cookies as a browser does. */
  browser(): Browser {
    return new Browser(this.server)
  }

  /** One request of a new client. */
  get(path = '/'): request.Test {
    return request(this.server).get(path)
  }
}

/** A client that sends back the cookies of the last response, even if they have expired. */
export class Visitor {
  cookie = ''

  constructor(readonly server: Server) {}

  async get(path = '/', headers: Record<string, string> = {}): Promise<request.Response> {
    const res = await request(this.server)
      .get(path)
      .set({ ...(this.cookie && { Cookie: this.cookie }), ...headers })
    const set = lines(res)
    if (set.length > 0) this.cookie = set.map(line => line.split(';')[0]).join('; ')
    return res
  }
}

/** The last Set-Cookie line of a response, if any. */
export function setCookie(res: request.Response): string | undefined {
  return lines(res).at(-1)
}

/** A site on a host. */
export function siteOn(host: Host, options: Partial<SessionOptions>, handler: Handler): Site {
  return new Site(options, handler, undefined, host)
}
