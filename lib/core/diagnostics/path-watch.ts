import { diagnose, type Diagnosed } from './diagnose'

/** After this many requests with another path, and none with the cookie's, the path is probably wrong. */
const MANY = 50

/** Detects a `cookie.path` that no request has, for example behind a proxy that removes a prefix. */
export class PathWatch {
  /** Whether a request had the path. */
  hasMatched = false
  #missed = 0

  /** Counts a request with another path. */
  miss(about: Diagnosed, cookiePath: string, path: string): void {
    if (this.hasMatched || ++this.#missed !== MANY) return
    diagnose(about, 'path-never-matches', () => {
      const what = `None of the first ${MANY} requests has a session: cookie.path of "${about.name}" is "${cookiePath}", and they ask for other paths`
      return `${what}, such as "${path}". If a proxy removes a prefix from the path, write path: "/".`
    })
  }
}
