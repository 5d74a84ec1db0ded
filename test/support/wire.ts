import { once } from 'node:events'
import type { Server } from 'node:http'
import net = require('node:net')
import type { AddressInfo } from 'node:net'
import { reusePort } from './reused-port'

/** One parsed response. */
export interface Answer {
  readonly line: string
  /** In alphabetical order, as `name: value`, the names in lower case; without the date. */
  readonly headers: string[]
  readonly body: string
  readonly trailers: string
}

/** A client that reads the bytes as they arrive, and sends any bytes. */
export class Wire {
  /** The received bytes, one character per byte. */
  text = ''
  ended = false

  private constructor(readonly socket: net.Socket) {
    socket.on('data', piece => (this.text += piece.toString('latin1')))
    // Some tests are about servers that close the connection
    socket.on('error', () => {})
    socket.on('close', () => (this.ended = true))
  }

  static async to(server: Server): Promise<Wire> {
    const socket = net.connect(await portOf(server))
    await once(socket, 'connect')
    return new Wire(socket)
  }

  /** Sends a request line and headers, with those that every request has. */
  get(path = '/', ...headers: string[]): this {
    return this.send(`GET ${path} HTTP/1.1\r\nHost: site\r\n${headers.map(line => `${line}\r\n`).join('')}\r\n`)
  }

  send(text: string): this {
    this.socket.write(text)
    return this
  }

  /** Resolves when the bytes match, or no more can come. */
  async until(arrived: (text: string) => boolean): Promise<string> {
    return new Promise(resolve => {
      const look = (): void => {
        if (!arrived(this.text) && !this.ended) return
        this.socket.off('data', look).off('close', look)
        resolve(this.text)
      }
      this.socket.on('data', look).on('close', look)
      look()
    })
  }

  /**
   * All complete responses, once there are so many or no more can come.
   *
   * @param methods of the requests
   */
  async answers(count = 1, methods: string[] = []): Promise<Answer[]> {
    await this.until(text => readAnswers(text, methods, this.ended).length >= count)
    return readAnswers(this.text, methods, this.ended)
  }

  async answer(method = 'GET'): Promise<Answer> {
    const [first] = await this.answers(1, [method])
    if (!first) throw new Error(`no whole answer in ${JSON.stringify(this.text)}`)
    return first
  }

  /** All bytes until the server closes the connection. */
  async rest(): Promise<string> {
    return this.until(() => false)
  }
}

/** Waits for many turns of the event loop: in each, written bytes can arrive. */
export async function turns(count = 20): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise(resolve => setImmediate(resolve))
}

/** Counts how often a server writes to its sockets: bytes of one write are sent in one piece. */
export function countWrites(server: Server): { count: number } {
  const writes = { count: 0 }
  server.on('connection', (socket: net.Socket) => {
    for (const name of ['_write', '_writev'] as const) {
      const write = socket[name] as (...args: unknown[]) => void
      socket[name] = (...args: unknown[]) => {
        writes.count++
        write.apply(socket, args)
      }
    }
  })
  return writes
}

/** The port of a server, which begins to listen if it does not yet. */
export async function portOf(server: Server): Promise<number> {
  let listening = running.get(server)
  if (!listening) running.set(server, (listening = once(reusePort(server).listen(), 'listening')))
  await listening
  return (server.address() as AddressInfo).port
}

const running = new Map<Server, Promise<unknown>>()

/** Closes the servers of the suite that it is called in, each after the test that used it. */
export function useServers(): void {
  afterEach(() => {
    for (const server of running.keys()) server.close().closeAllConnections()
    running.clear()
  })
}

/**
 * RFC 9112 section 6.3: the end of a response.
 *
 * @param ended whether the connection has ended
 */
export function readAnswers(text: string, methods: string[] = [], ended = false): Answer[] {
  const answers: Answer[] = []
  let rest = text
  while (rest.includes('\r\n\r\n')) {
    const head = rest.slice(0, rest.indexOf('\r\n\r\n'))
    const [line = '', ...lines] = head.split('\r\n')
    const headers = lines.map(lowerName)
    const read = readBody(rest.slice(head.length + 4), line, headers, methods[answers.length] ?? 'GET', ended)
    if (!read) break
    answers.push({ line, headers: headers.filter(header => !header.startsWith('date:')).sort(), body: read.body, trailers: read.trailers })
    rest = rest.slice(head.length + 4 + read.length)
  }
  return answers
}

function lowerName(line: string): string {
  const colon = line.indexOf(':')
  return line.slice(0, colon).toLowerCase() + line.slice(colon)
}

type Body = { body: string; trailers: string; length: number } | undefined

function readBody(rest: string, line: string, headers: string[], method: string, ended: boolean): Body {
  const status = Number(line.split(' ')[1])
  if (method === 'HEAD' || status < 200 || status === 204 || status === 304) return { body: '', trailers: '', length: 0 }
  if (headers.includes('transfer-encoding: chunked')) return readChunks(rest)
  const length = headers.find(header => header.startsWith('content-length:'))?.slice(15)
  if (length !== undefined) return rest.length < Number(length) ? undefined : fixed(rest, Number(length))
  return ended ? fixed(rest, rest.length) : undefined
}

function fixed(rest: string, length: number): Body {
  return { body: rest.slice(0, length), trailers: '', length }
}

function readChunks(rest: string): Body {
  let body = ''
  let at = 0
  while (rest.includes('\r\n', at)) {
    const data = rest.indexOf('\r\n', at) + 2
    const size = parseInt(rest.slice(at, data), 16)
    if (size === 0) {
      const end = rest.indexOf('\r\n\r\n', data - 2)
      return end === -1 ? undefined : { body, trailers: rest.slice(data, Math.max(end, data)), length: end + 4 }
    }
    if (Number.isNaN(size)) return undefined
    body += rest.slice(data, data + size)
    at = data + size + 2
  }
  return undefined
}
