import http = require('node:http')
import { setTimeout as pause } from 'node:timers/promises'

/** One answer, or the end of a request that got none. */
export interface Answered {
  /** 0 where the connection broke. */
  readonly status: number
  readonly body: string
  /** When it was asked and when it was answered, in milliseconds. */
  readonly began: number
  readonly ended: number
}

/** Between an answer and the next request, in milliseconds: of visitors who never rest, each waits for all the others. */
const REST = 20

/** Visitors who ask again soon after they are answered, each on a connection of its own that is kept. */
export class Load {
  readonly answers: Answered[] = []
  asked = 0
  readonly #agent = new http.Agent({ keepAlive: true })
  readonly #visits: Promise<void>[]
  #over = false

  /** @param cookies of the visitors. @param path what they ask for */
  constructor(
    private readonly port: number,
    cookies: readonly string[],
    private readonly path = '/',
  ) {
    this.#visits = cookies.map(cookie => this.#visit(cookie))
  }

  /** Resolves with those that are so, the first of all answers from a moment on; rejects where none comes in time. */
  async first(from: number, isSo: (answer: Answered) => boolean, limit: number): Promise<Answered> {
    const end = performance.now() + limit
    for (;;) {
      const found = this.answers.find(answer => answer.ended >= from && isSo(answer))
      if (found) return found
      if (performance.now() > end) throw new Error(`no such answer within ${limit} ms`)
      await pause(REST)
    }
  }

  /** Resolves when each request that was made is answered. */
  async stop(): Promise<void> {
    this.#over = true
    await Promise.all(this.#visits)
    this.#agent.destroy()
  }

  async #visit(cookie: string): Promise<void> {
    while (!this.#over) {
      const began = performance.now()
      this.asked++
      const answer = await ask(this.port, { path: this.path, agent: this.#agent, cookie })
      this.answers.push({ ...answer, began, ended: performance.now() })
      await pause(REST)
    }
  }
}

interface Asked {
  readonly path?: string
  readonly agent?: http.Agent
  readonly cookie?: string
}

/** One request. @returns status 0 where the connection broke */
export function ask(
  port: number,
  { path = '/', agent, cookie }: Asked = {},
): Promise<{ status: number; body: string; cookie: string | undefined }> {
  return new Promise(resolve => {
    const broken = (): void => resolve({ status: 0, body: '', cookie: undefined })
    const request = http.get({ port, host: '127.0.0.1', path, ...(agent && { agent }), headers: cookie ? { cookie } : {} }, res => {
      let body = ''
      res.on('data', chunk => (body += String(chunk)))
      res.on('error', broken)
      res.on('end', () => resolve({ status: res.statusCode as number, body, cookie: res.headers['set-cookie']?.[0]?.split(';')[0] }))
    })
    request.on('error', broken)
  })
}

/** The slowest but one of a hundred, in milliseconds. */
export function p99(answers: readonly Answered[]): number {
  const times = answers.map(({ began, ended }) => ended - began).sort((one, other) => one - other)
  return times[Math.floor(times.length * 0.99)] as number
}
