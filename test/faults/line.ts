import { createServer, type Server, type ServerResponse } from 'node:http'
import { Duplex } from 'node:stream'
import type { Req } from '../support/site'
import type { Handler, Parts, Reply } from './servers'

/** A connection without a network, for requests by the hundred thousand: Node's own server reads from it and writes to it. One request at a time. */
export class Line extends Duplex {
  #text = ''

  constructor(server: Server) {
    // As Node's sockets have it: strings arrive as strings
    super({ decodeStrings: false })
    // Documented for this use: "to inject connections into the HTTP server"
    server.emit('connection', this)
  }

  /** @returns when the response is over, which may be because the connection is; then nothing may have come */
  async ask(path: string, cookie?: string): Promise<Reply> {
    this.#text = ''
    const over = new Promise<void>(resolve => waiting.set(this, resolve))
    this.push(`GET ${path} HTTP/1.1\r\nHost: site\r\n${cookie ? `Cookie: ${cookie}\r\n` : ''}\r\n`)
    await over
    return parse(this.#text)
  }

  /** The client is gone. */
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

/** Whom to tell when a line's response is over. */
const waiting = new WeakMap<object, () => void>()

/** A server for such lines; what is thrown at it is an error of the request. */
export function lineServer({ middleware, handler, fail }: Parts): Server {
  return createServer((incoming, res) => {
    const { socket } = incoming
    res.on('close', () => waiting.get(socket)?.())
    const failed = (err: unknown): void => fail(err, res)
    try {
      middleware(incoming as never, res as never, err => (err ? failed(err) : handler(incoming as Req, res, failed)))
    } catch (err) {
      failed(err)
    }
  })
}

/** Answers with the status of the error. */
export function answerError(err: unknown, res: ServerResponse): void {
  if (res.headersSent) return
  res.statusCode = (err as { status?: number } | undefined)?.status ?? 500
  res.end('failed')
}

/** A handler that counts how often it runs. */
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
  return {
    status: Number(text.slice(9, 12)),
    cookie: /^set-cookie: ([^;\r]*)/im.exec(text)?.[1],
    body: text.slice(text.indexOf('\r\n\r\n') + 4),
  }
}
