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
    const res = await fetch(`${this.site}/${path}`, { headers: { cookie: this.cookie }, signal: AbortSignal.timeout(patience) })
    const text = await res.text()
    const line = res.headers.getSetCookie().at(-1)
    if (line) this.cookie = line.split(';')[0] as string
    return { status: res.status, text }
  }
}
