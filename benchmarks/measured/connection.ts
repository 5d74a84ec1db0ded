import { createServer, type RequestListener } from 'node:http'
import { Duplex } from 'node:stream'
import { parseAnswer, PATIENCE, type Answer } from './answer'

/**
 * A connection without a network. Node's own server reads requests from it and writes responses to it: the time includes its parser, its header
 * writing and its keep-alive, but not the kernel. It carries one request at a time, of the clients in turn.
 */
export class Connection extends Duplex {
  readonly #requests: readonly Buffer[]
  readonly #cookies: readonly string[]
  #turn = 0
  #answered = () => {}
  /** The written bytes, if they are observed. */
  #kept: string | undefined

  /** @param cookies the `Cookie` header of each client */
  constructor(listener: RequestListener, cookies: readonly string[]) {
    // As for Node's sockets: strings are passed on as strings
    super({ decodeStrings: false })
    this.#cookies = cookies
    this.#requests = cookies.map(requestOf)
    const server = createServer((req, res) => {
      res.on('finish', () => this.#answered())
      listener(req, res)
    })
    // Documented for this use: "to inject connections into the HTTP server"
    server.emit('connection', this)
  }

  /**
   * Sends so many requests one after the other, each when the previous response has finished. Each begins on its own turn of the event loop, as on a
   * network: otherwise only subjects that defer to the event loop would pay for its turns.
   */
  visit(times: number): Promise<void> {
    let left = times
    return new Promise(done => {
      this.#answered = () => {
        if (left-- === 0) done()
        else setImmediate(() => this.#next())
      }
      this.#answered()
    })
  }

  /**
   * Sends the next request, and resolves with its response.
   *
   * @throws Error if none comes
   */
  async ask(): Promise<Answer> {
    this.#kept = ''
    let timer: NodeJS.Timeout | undefined
    const tooLate = new Promise((_, reject) => (timer = setTimeout(reject, PATIENCE, new Error('no answer came'))))
    await Promise.race([this.visit(1), tooLate]).finally(() => clearTimeout(timer))
    const bytes = this.#kept
    this.#kept = undefined
    return parseAnswer(bytes)
  }

  /** The `Cookie` header of the next request. */
  get nextCookie(): string {
    return this.#cookies[this.#turn % this.#cookies.length] as string
  }

  /** Sends the requests of the remaining clients of this round: the next request is the first client's. */
  finishRound(): Promise<void> {
    const visitors = this.#cookies.length
    return this.visit((visitors - (this.#turn % visitors)) % visitors)
  }

  #next(): void {
    this.push(this.#requests[this.#turn++ % this.#requests.length])
  }

  override _read(): void {}

  override _write(chunk: string | Buffer, _encoding: BufferEncoding, callback: () => void): void {
    if (this.#kept !== undefined) this.#kept += chunk.toString()
    callback()
  }

  override _writev(chunks: { chunk: string | Buffer }[], callback: () => void): void {
    if (this.#kept !== undefined) this.#kept += chunks.map(({ chunk }) => chunk.toString()).join('')
    callback()
  }
}

function requestOf(cookie: string): Buffer {
  const headers = ['Host: localhost', 'User-Agent: benchmark', 'Accept: */*', ...(cookie ? [`Cookie: ${cookie}`] : [])]
  return Buffer.from(`GET / HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`)
}
