import { createServer, type Server, type ServerResponse } from 'node:http'
import request = require('supertest')
import { Browser, lines } from './browser'
import { connect } from './connect-host'
import type { Host, Req } from './host'
import type { SessionOptions } from './subject'

export { QUIET } from './connect-host'
export type { Req } from './host'

export type Handler = (req: Req, res: ServerResponse) => unknown

/** A site with our middleware before a handler, on a plain server where nobody says; what comes of it as an error is answered with 500 and kept. */
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
    this.server = createServer((req, res) => {
      before(req as Req, res)
      listener(req, res)
    })
  }

  #fail(err: Error, res: ServerResponse): void {
    this.errors.push(err)
    if (res.headersSent) return
    res.statusCode = (err as { status?: number }).status ?? 500
    res.end(err.message)
  }

  /** Someone new, without a cookie. */
  visitor(): Visitor {
    return new Visitor(this.server)
  }

  /** A new client that treats cookies as a browser does. */
  browser(): Browser {
    return new Browser(this.server)
  }

  /** One visit of someone new. */
  get(path = '/'): request.Test {
    return request(this.server).get(path)
  }
}

/** A browser with a short memory: it sends back what it was last given. */
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
