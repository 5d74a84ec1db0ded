import { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import type session = require('../index')

/** A request that a middleware has opened. */
export interface OpenedRequest {
  readonly req: IncomingMessage & Partial<session.RequestSession>
  /** Makes the connection count as HTTPS. */
  useHttps(): void
  /** Ends the response. @returns its `Set-Cookie` lines, after the session was stored */
  end(): Promise<readonly string[]>
}

interface Sent {
  readonly url: string
  /** The `Cookie` header. */
  readonly cookie?: string | undefined
}

/**
 * Runs a session middleware for one request without a server.
 *
 * @param handle is called if the middleware calls `next()`; afterwards the request is over, whether it was ended or not
 * @throws what the middleware gives to `next`
 */
export async function requestInProcess<Value>(
  middleware: session.RequestHandler,
  { url, cookie }: Sent,
  handle: (opened: OpenedRequest) => Value | Promise<Value>,
): Promise<Value> {
  const socket = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() }) as Socket & { encrypted?: boolean }
  const req = likeExpress(Object.assign(new IncomingMessage(socket), { method: 'GET', url }))
  req.headers = { host: 'localhost', ...(cookie !== undefined && { cookie }) }
  const res = new ServerResponse(req)
  res.assignSocket(socket)
  try {
    return await new Promise<Value>((resolve, reject) => {
      const end = (): Promise<readonly string[]> =>
        new Promise(ended => res.once('finish', () => ended(linesOf(res.getHeader('set-cookie')))).end())
      const opened = { req, end, useHttps: () => void (socket.encrypted = true) }
      middleware(req, res, err => {
        if (err) return reject(err as Error)
        new Promise<Value>(done => done(handle(opened))).then(resolve, reject)
      })
    })
  } finally {
    // Releases what the middleware holds for a request that was not ended
    res.emit('close')
    socket.destroy()
  }
}

/** Members of Express's request, for functions among the options. */
function likeExpress(req: IncomingMessage): IncomingMessage {
  const get = (name: string): unknown => req.headers[name.toLowerCase()]
  const [path, search] = (req.url as string).split('?')
  const members = { get, header: get, originalUrl: req.url, path, query: Object.fromEntries(new URLSearchParams(search)) }
  return Object.assign(req, { ...members, hostname: 'localhost', ip: '127.0.0.1', protocol: 'http' })
}

function linesOf(header: number | string | string[] | undefined): readonly string[] {
  return header === undefined ? [] : [header].flat().map(String)
}
