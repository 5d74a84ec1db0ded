import { explainJarError, whyDropped } from './browser-rules'
import type { ReceivedCookie } from './observations'
import { parseSetCookie, type SetCookie } from './set-cookie'

/** As much of tough-cookie as the doctor uses. It is an optional dependency, so its types may be missing. */
interface ToughCookie {
  readonly CookieJar: new (store: undefined, options: object) => ToughJar
}

interface ToughJar {
  setCookie(line: string, url: string, options: object): Promise<unknown>
  getCookies(url: string): Promise<readonly { readonly key: string; readonly value: string }[]>
}

const TOUGH_COOKIE = 'tough-cookie'

/** @throws Error that says what to install */
export async function loadToughCookie(load = (name: string): Promise<unknown> => import(name)): Promise<ToughCookie> {
  try {
    return (await load(TOUGH_COOKIE)) as ToughCookie
  } catch (cause) {
    const advice = `npm install --save-dev ${TOUGH_COOKIE}\nor run: npx -p resession -p ${TOUGH_COOKIE} resession doctor <url>`
    throw new Error(`The doctor needs the package ${TOUGH_COOKIE}, which is not installed. Run: ${advice}`, { cause })
  }
}

/** The cookies of one client, kept by the rules of RFC 6265bis. */
export class DoctorJar {
  readonly #jar: ToughJar

  constructor({ CookieJar }: ToughCookie) {
    this.#jar = new CookieJar(undefined, { prefixSecurity: 'strict', rejectPublicSuffixes: true, allowSpecialUseDomain: true })
  }

  async receive(lines: readonly string[], url: URL): Promise<ReceivedCookie[]> {
    const received: ReceivedCookie[] = []
    for (const line of lines) {
      const now = Date.now()
      const cookie = parseSetCookie(line, now)
      const dropped = whyDropped(cookie, url, now)
      received.push({ cookie, rejected: dropped ?? (await this.#keep(line, cookie, url)) })
    }
    return received
  }

  /** The cookies for a request. */
  async cookiesFor(url: URL): Promise<Record<string, string>> {
    const cookies = await this.#jar.getCookies(url.href)
    return Object.fromEntries(cookies.map(({ key, value }) => [key, value]))
  }

  async #keep(line: string, cookie: SetCookie, url: URL): Promise<string | undefined> {
    try {
      await this.#jar.setCookie(line, url.href, {})
      return undefined
    } catch (err) {
      return explainJarError((err as Error).message, cookie, url)
    }
  }
}
