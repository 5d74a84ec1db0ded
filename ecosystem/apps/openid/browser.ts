import { Visitor } from '../../visitor'

/** A client that keeps all cookies. */
export class Browser extends Visitor {
  readonly cookies = new Map<string, string>()

  /**
   * Follows the redirects to the provider and back.
   *
   * @throws if they do not end in a login
   */
  async login(): Promise<void> {
    const { location } = await this.look('login')
    const { headers } = await fetch(String(location), { redirect: 'manual', signal: AbortSignal.timeout(10_000) })
    const { pathname, search } = new URL(String(headers.get('location')))
    const { status, text } = await this.look(`${pathname}${search}`.slice(1))
    if (status !== 302) throw new Error(`the login came to ${status}: ${text}`)
  }

  protected override keep(lines: readonly string[]): void {
    for (const line of lines) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      this.cookies.set(name, value)
    }
    this.cookie = [...this.cookies].map(pair => pair.join('=')).join('; ')
  }
}
