import { equal } from 'node:assert/strict'
import { Visitor } from '../visitor'

export type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** A visitor who looks at headers, and may come over any protocol. */
export class Client extends Visitor {
  constructor(
    site: string,
    private readonly fetch: Fetch = globalThis.fetch,
  ) {
    super(site)
  }

  /** The answer as soon as its headers are there; redirects are the caller's to follow. @throws where they do not come in time */
  async ask(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = { cookie: this.cookie, ...(init.headers as Record<string, string>) }
    const res = await this.fetch(`${this.site}/${path}`, { redirect: 'manual', signal: AbortSignal.timeout(10_000), ...init, headers })
    this.keep(res.headers.getSetCookie().filter(isOurs))
    return res
  }

  override async try(path: string): Promise<{ status: number; text: string }> {
    const res = await this.ask(path)
    return { status: res.status, text: await res.text() }
  }

  /** Goes where a redirect leads as browsers do, at its headers. @returns what is there */
  async follow(path: string): Promise<string> {
    const res = await this.ask(path)
    equal(res.status, 302)
    const { pathname } = new URL(res.headers.get('location') as string, `${this.site}/${path}`)
    const [text] = await Promise.all([this.get(pathname.slice(1)), res.text()])
    return text
  }
}

/** The line that sets the session's cookie, among those of others. */
export function sessionCookie(res: Response): string | undefined {
  return res.headers.getSetCookie().find(isOurs)
}

/** Of all that an answer sets, in its order. */
export function cookieNames(res: Response): string[] {
  return res.headers.getSetCookie().map(line => line.split('=')[0] as string)
}

const isOurs = (line: string): boolean => line.startsWith('connect.sid=')
