import http = require('node:http')
import { setTimeout as pause } from 'node:timers/promises'

/** One response, or the end of a request without one. */
export interface Answered {
  /** 0 if the connection was closed. */
  readonly status: number
  readonly body: string
  /** The times of the request and the response, in milliseconds. */
  readonly began: number
  readonly ended: number
}

/** Between a response and the next request, in milliseconds: without a pause, each client would wait for all others. */
const REST = 20

/** Clients that send the next request soon after a response, each on its own keep-alive connection. */
export class Load {
  readonly answers: Answered[] = []
  asked = 0
  readonly #agent = new http.Agent({ keepAlive: true })
  readonly #visits: Promise<void>[]
  #over = false

  /**
   * @param cookies of the clients.
   * @param path of their requests
   */
  constructor(
    private readonly port: number,
    cookies: readonly string[],
    private readonly path = '/',
  ) {
    this.#visits = cookies.map(cookie => this.#visit(cookie))
  }

  /** Resolves with the matching responses from a moment on; rejects if none comes in time. */
  async first(from: number, isSo: (answer: Answered) => boolean, limit: number): Promise<Answered> {
    const end = performance.now() + limit
    for (;;) {
      const found = this.answers.find(answer => answer.ended >= from && isSo(answer))
      if (found) return found
      if (performance.now() > end) throw new Error(`no such answer within ${limit} ms`)
      await pause(REST)
    }
  }

  /** Resolves when each request has its response. */
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

/**
 * One request.
 *
 * @returns status 0 if the connection was closed
 */
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

/** The 99th percentile of the durations, in milliseconds. */
export function p99(answers: readonly Answered[]): number {
  const times = answers.map(({ began, ended }) => ended - began).sort((one, other) => one - other)
  return times[Math.floor(times.length * 0.99)] as number
}
