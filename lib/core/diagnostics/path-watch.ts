import { diagnose, type Diagnosed } from './diagnose'

/** After so many requests with another path, and none with the cookie's, the path is probably wrong. */
const MANY = 50

/** Notices a `cookie.path` that no request has: behind a proxy that removes a prefix, for example. */
export class PathWatch {
  /** Some request had the path. */
  hasMatched = false
  #missed = 0

  /** A request has another path. */
  miss(about: Diagnosed, cookiePath: string, path: string): void {
    if (this.hasMatched || ++this.#missed !== MANY) return
    diagnose(about, 'path-never-matches', () => {
      const what = `None of the first ${MANY} requests has a session: cookie.path of "${about.name}" is "${cookiePath}", and they ask for other paths`
      return `${what}, such as "${path}". If a proxy removes a prefix from the path, write path: "/".`
    })
  }
}
