import { createServer, type Server, type ServerResponse } from 'node:http'
import { Duplex } from 'node:stream'
import { connect } from '../support/connect-host'
import type { Handler, Parts } from '../support/host'
import type { Reply } from './servers'

/** A connection without a network, for very many requests: Node's own server reads from it and writes to it. One request at a time. */
export class Line extends Duplex {
  #text = ''

  constructor(server: Server) {
    // As for Node's sockets: strings are passed on as strings
    super({ decodeStrings: false })
    // Documented for this use: "to inject connections into the HTTP server"
    server.emit('connection', this)
  }

  /** @returns the response, which may be empty if the connection was closed */
  async ask(path: string, cookie?: string): Promise<Reply> {
    this.#text = ''
    const over = new Promise<void>(resolve => waiting.set(this, resolve))
    this.push(`GET ${path} HTTP/1.1\r\nHost: site\r\n${cookie ? `Cookie: ${cookie}\r\n` : ''}\r\n`)
    await over
    return parse(this.#text)
  }

  /** Disconnects the client. */
  abort(): void {
    this.destroy()
  }

  override _read(): void {}

  override _write(chunk: string | Buffer, _encoding: BufferEncoding, callback: () => void): void {
    this.#text += chunk.toString()
    callback()
  }

  override _writev(chunks: { chunk: string | Buffer }[], callback: () => void): void {
    this.#text += chunks.map(({ chunk }) => chunk.toString()).join('')
    callback()
  }
}

/** The callbacks for the end of the response of each line. */
const waiting = new WeakMap<object, () => void>()

/** A server for such lines. */
export function lineServer(parts: Parts, host = connect): Server {
  const listener = host.listener(parts)
  return createServer((req, res) => {
    const { socket } = req
    res.on('close', () => waiting.get(socket)?.())
    listener(req, res)
  })
}

/** Responds with the status of the error. */
export function answerError(err: unknown, res: ServerResponse): void {
  if (res.headersSent) return
  res.statusCode = (err as { status?: number } | undefined)?.status ?? 500
  res.end('failed')
}

/** A handler that counts its calls. */
export function counted(handler: Handler): Handler & { count: number } {
  const counting: Handler & { count: number } = Object.assign(
    (...args: Parameters<Handler>) => {
      counting.count++
      return handler(...args)
    },
    { count: 0 },
  )
  return counting
}

function parse(text: string): Reply {
  const cookies = Array.from(text.matchAll(/^set-cookie: ([^;\r]*)/gim), ([, cookie]) => cookie)
  return {
    status: Number(text.slice(9, 12)),
    cookie: cookies.length > 0 ? cookies.join('; ') : undefined,
    body: text.slice(text.indexOf('\r\n\r\n') + 4),
  }
}
