import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import request = require('supertest')
import { session, type SessionOptions } from './subject'

export type Req = IncomingMessage & Express.Request & { secret?: string; originalUrl?: string }

export type Handler = (req: Req, res: ServerResponse) => unknown

/** Options that upstream would not warn of. */
export const QUIET = { secret: 'keyboard cat', resave: false, saveUninitialized: false } as const

/** A plain server with our middleware before a handler; what reaches `next` as an error is answered with 500 and kept. */
export class Site {
  readonly errors: Error[] = []
  readonly server: Server

  constructor(options: Partial<SessionOptions>, handler: Handler, before: (req: Req, res: ServerResponse) => void = () => {}) {
    const middleware = session({ ...QUIET, ...options })
    this.server = createServer((incoming, res) => {
      const req = incoming as Req
      before(req, res)
      // As a router would: what is thrown at it is an error of the request, not of the process
      try {
        middleware(req, res, (err?: unknown) => (err ? this.#fail(err as Error, res) : handler(req, res)))
      } catch (err) {
        this.#fail(err as Error, res)
      }
    })
  }

  #fail(err: Error, res: ServerResponse): void {
    this.errors.push(err)
    if (res.headersSent) return
    res.statusCode = 500
    res.end(err.message)
  }

  /** Someone new, without a cookie. */
  visitor(): Visitor {
    return new Visitor(this.server)
  }

  /** One visit of someone new. */
  get(path = '/'): request.Test {
    return request(this.server).get(path)
  }
}

/** A browser with room for one cookie: it sends back what it was last given. */
export class Visitor {
  cookie = ''

  constructor(readonly server: Server) {}

  async get(path = '/', headers: Record<string, string> = {}): Promise<request.Response> {
    const res = await request(this.server)
      .get(path)
      .set({ ...(this.cookie && { Cookie: this.cookie }), ...headers })
    const line = setCookie(res)
    if (line) this.cookie = line.split(';')[0] as string
    return res
  }
}

/** The last Set-Cookie line of a response, if any. */
export function setCookie(res: request.Response): string | undefined {
  return (res.headers['set-cookie'] as unknown as string[] | undefined)?.at(-1)
}
