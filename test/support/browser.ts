import type { Server } from 'node:http'
import request = require('supertest')
import { Jar } from './jar'

/** A client that keeps cookies until they expire, and sends them only to their paths. */
export class Browser {
  constructor(
    readonly server: Server,
    readonly jar = new Jar(),
  ) {}

  /** The same client, for another server of the site. */
  at(server: Server): Browser {
    return new Browser(server, this.jar)
  }

  async get(path = '/', headers: Record<string, string> = {}): Promise<request.Response> {
    const cookie = this.jar.header(path)
    const res = await request(this.server)
      .get(path)
      .set({ ...(cookie && { Cookie: cookie }), ...headers })
    this.jar.take(lines(res), path)
    return res
  }
}

/** The Set-Cookie lines of a response. */
export function lines(res: request.Response): string[] {
  return (res.headers['set-cookie'] as unknown as string[] | undefined) ?? []
}

/** The names of the cookies that a response sets or clears. */
export function cookieNames(res: request.Response): string[] {
  return lines(res).map(line => line.slice(0, line.indexOf('=')))
}
