import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Jar } from './jar'
import type { KoaApp } from './koa-app'

export interface Request {
  readonly path?: string
}

export interface Answer {
  readonly status: number
  readonly body: string
  /** Each Set-Cookie line. */
  readonly lines: readonly string[]
}

/** The responses to successive requests of one browser. */
export async function serve(app: KoaApp, requests: readonly Request[]): Promise<Answer[]> {
  const server = createServer(app.callback()).listen(0)
  await once(server, 'listening')
  return visit(server, requests)
}

/** Closes the server at the end. */
export async function visit(server: Server, requests: readonly Request[]): Promise<Answer[]> {
  const jar = new Jar()
  const answers: Answer[] = []
  try {
    for (const { path = '/' } of requests) answers.push(await ask(server, path, jar.header(undefined, '')))
    return answers
  } finally {
    server.close()
  }

  async function ask(server: Server, path: string, cookie: string): Promise<Answer> {
    const answer = await request(server, path, cookie)
    jar.take(answer.lines)
    return answer
  }
}

export async function request(server: Server, path: string, cookie: string): Promise<Answer> {
  const { port } = server.address() as AddressInfo
  const response = await fetch(`http://localhost:${port}${path}`, { headers: { cookie, connection: 'close' } })
  return { status: response.status, body: await response.text(), lines: response.headers.getSetCookie() }
}
