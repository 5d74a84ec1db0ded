/** What a visitor is told. */
export interface Answer {
  readonly status: number
  readonly text: string
  /** Where a redirect leads. */
  readonly location: string | null
}

/** A browser with room for one cookie. */
export class Visitor {
  cookie = ''

  constructor(public site: string) {}

  /** @throws where the answer does not come in time, or is not 200 */
  async get(path: string): Promise<string> {
    const { status, text } = await this.try(path)
    if (status !== 200) throw new Error(`/${path} answered ${status}: ${text}`)
    return text
  }

  /** @throws where the answer does not come in time */
  async try(path: string, patience = 10_000): Promise<{ status: number; text: string }> {
    return this.#exchange(path, {}, patience)
  }

  /** Stays where a redirect would lead on. @throws where the answer does not come in time */
  async look(path: string): Promise<Answer> {
    return this.#exchange(path, { redirect: 'manual' })
  }

  /** Sends a form, and stays where a redirect would lead on. @throws where the answer does not come in time */
  async post(path: string, fields: Record<string, string> = {}): Promise<Answer> {
    return this.#exchange(path, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' })
  }

  async #exchange(path: string, init: RequestInit, patience = 10_000): Promise<Answer> {
    const res = await fetch(`${this.site}/${path}`, { ...init, headers: { cookie: this.cookie }, signal: AbortSignal.timeout(patience) })
    const text = await res.text()
    this.keep(res.headers.getSetCookie())
    return { status: res.status, text, location: res.headers.get('location') }
  }

  /** Of the cookies of an answer the last one, which is the session's. */
  protected keep(lines: readonly string[]): void {
    const line = lines.at(-1)
    if (line) this.cookie = line.split(';')[0] as string
  }
}
