import { once } from 'node:events'
import http2 = require('node:http2')
import type { AddressInfo } from 'node:net'
import { certificate } from '../support/certificate'
import { GateStore } from '../support/gate-store'
import { QUIET, type Req } from '../support/site'
import { session, type SessionOptions } from '../support/subject'

/** Adds a method that @types/node lacks. */
export type Res = http2.Http2ServerResponse & { flushHeaders(): void }

export type Respond = (req: Req, res: Res) => unknown

/** The received response of one stream. */
export interface Reply {
  readonly status: number | undefined
  readonly headers: http2.IncomingHttpHeaders
  readonly body: string
}

/** A site that serves HTTP/2, with or without TLS, and one connection to it. */
export class Http2Site {
  readonly store = new GateStore()
  readonly errors: Error[] = []
  readonly server: http2.Http2Server
  #client: http2.ClientHttp2Session | undefined

  constructor(
    readonly secure: boolean,
    handler: Respond,
    options: Partial<SessionOptions> = {},
  ) {
    const middleware = session({ ...QUIET, ...options, store: this.store })
    const serve = (req: http2.Http2ServerRequest, res: http2.Http2ServerResponse): void =>
      middleware(req as never, res, err => (err ? this.#fail(err as Error, res) : handler(req as never, res as Res)))
    this.server = secure ? http2.createSecureServer({ key: certificate(), cert: certificate() }, serve) : http2.createServer(serve)
  }

  #fail(err: Error, res: http2.Http2ServerResponse): void {
    this.errors.push(err)
    if (res.headersSent) return
    res.statusCode = 500
    res.end('failed')
  }

  async client(): Promise<http2.ClientHttp2Session> {
    if (this.#client) return this.#client
    await once(this.server.listen(0, '127.0.0.1'), 'listening')
    const { port } = this.server.address() as AddressInfo
    this.#client = http2.connect(`${this.secure ? 'https' : 'http'}://127.0.0.1:${port}`, { rejectUnauthorized: false })
    this.#client.on('error', () => {})
    await once(this.#client, 'connect')
    return this.#client
  }

  /** Opens a stream to the site; its response is read as it arrives. */
  async ask(headers: http2.OutgoingHttpHeaders = {}, body?: string): Promise<Asked> {
    return new Asked((await this.client()).request({ ':path': '/', ...headers }), body)
  }

  close(): void {
    this.#client?.destroy()
    this.server.close()
  }
}

/** One pending request. */
export class Asked {
  /** Whether any part of the response has arrived. */
  begun = false
  readonly reply: Promise<Reply>

  constructor(
    readonly stream: http2.ClientHttp2Stream,
    body?: string,
  ) {
    let headers: http2.IncomingHttpHeaders & http2.IncomingHttpStatusHeader = {}
    let text = ''
    stream.on('response', (got: typeof headers) => {
      this.begun = true
      headers = got
    })
    stream.on('data', chunk => (text += String(chunk)))
    stream.on('error', () => {})
    this.reply = once(stream, 'close').then(() => ({ status: headers[':status'], headers, body: text }))
    stream.end(body)
  }
}
