import { equal } from 'node:assert/strict'

export type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** A response. */
export interface Answer {
  readonly status: number
  readonly text: string
  /** The location of a redirect. */
  readonly location: string | null
}

/** A client that keeps one cookie, the session's. */
export class Visitor {
  cookie = ''

  /** @param fetch for protocols that Node's own does not support */
  constructor(
    public site: string,
    private readonly fetch: Fetch = globalThis.fetch,
  ) {}

  /** @throws if the response does not come in time, or is not 200 */
  async get(path: string): Promise<string> {
    const { status, text } = await this.try(path)
    if (status !== 200) throw new Error(`/${path} answered ${status}: ${text}`)
    return text
  }

  /** @throws if the response does not come in time */
  async try(path: string, patience?: number): Promise<Answer> {
    return read(await this.ask(path, { redirect: 'follow' }, patience))
  }

  /**
   * Does not follow redirects.
   *
   * @throws if the response does not come in time
   */
  async look(path: string): Promise<Answer> {
    return read(await this.ask(path))
  }

  /**
   * Sends a form, and does not follow redirects.
   *
   * @throws if the response does not come in time
   */
  async post(path: string, fields: Record<string, string> = {}): Promise<Answer> {
    return read(await this.ask(path, { method: 'POST', body: new URLSearchParams(fields) }))
  }

  /**
   * Resolves with the response as soon as its headers are there; does not follow redirects.
   *
   * @throws if they do not come in time
   */
  async ask(path: string, init: RequestInit = {}, patience = 10_000): Promise<Response> {
    const headers = { cookie: this.cookie, ...(init.headers as Record<string, string>) }
    const res = await this.fetch(`${this.site}/${path}`, { redirect: 'manual', signal: AbortSignal.timeout(patience), ...init, headers })
    this.keep(res.headers.getSetCookie())
    return res
  }

  /**
   * Follows a redirect as browsers do, as soon as its headers arrive.
   *
   * @returns the body of the target
   */
  async follow(path: string): Promise<string> {
    const res = await this.ask(path)
    equal(res.status, 302)
    const { pathname } = new URL(res.headers.get('location') as string, `${this.site}/${path}`)
    const [text] = await Promise.all([this.get(pathname.slice(1)), res.text()])
    return text
  }

  protected keep(lines: readonly string[]): void {
    const line = lines.findLast(isSession)
    if (line) this.cookie = line.split(';')[0] as string
  }
}

async function read(res: Response): Promise<Answer> {
  return { status: res.status, text: await res.text(), location: res.headers.get('location') }
}

/** The line that sets the session's cookie. */
export function sessionCookie(res: Response): string | undefined {
  return res.headers.getSetCookie().find(isSession)
}

/** The names of all cookies that a response sets, in order. */
export function cookieNames(res: Response): string[] {
  return res.headers.getSetCookie().map(line => line.split('=')[0] as string)
}

const isSession = (line: string): boolean => line.startsWith('connect.sid=')
