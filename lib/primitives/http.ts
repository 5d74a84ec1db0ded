/** As much of a response as it takes to hear that nothing more can come of it. One of HTTP/2 says it of its stream. */
export interface Closing {
  readonly destroyed?: boolean
  readonly stream?: { readonly destroyed: boolean }
  readonly socket?: unknown
  on?(event: 'close', listener: () => void): unknown
}

/** When nothing more can come of the response. @returns false for one that will not say so: none of a connection */
export function whenClosed(res: Closing, act: () => void): boolean {
  const { stream = res } = res
  // It is said once
  if (stream.destroyed) act()
  else if (typeof res.on !== 'function' || !res.socket) return false
  else res.on('close', act)
  return true
}

/** As much of a response as it takes to set a header. */
interface Headers {
  getHeader(name: string): unknown
  setHeader(name: string, value: string): unknown
}

/** Keeps a response out of caches, unless it says itself whether it may be kept: RFC 9111 section 5.2.2.5. */
export function forbidCaching(res: Headers): void {
  if (!res.getHeader('Cache-Control')) res.setHeader('Cache-Control', 'no-store')
}

/** The path of what a request line asks for, as the client has written it, and as express-session reads it: `..` stays, and a port is not checked. */
export function pathOf(target: string | undefined): string {
  if (!target) return '/'
  // RFC 9112 section 3.2.4: `OPTIONS *` asks for no path at all
  if (target.startsWith('/') || target === '*') return withoutQuery(target)
  return pathOfUrl(target)
}

/** RFC 3986 section 3: a scheme, and the authority behind two slashes. */
const URL_START = /^[a-z0-9.+-]+:(\/\/[^/?#]*)?/i

/** RFC 9110 section 4.2: URLs of these schemes have an authority behind slashes alone. */
const SLASHED = /^(https?|ftp|gopher|file|wss?):/i

/** RFC 9112 section 3.2.2: a request through a proxy names the whole URL. Not by `URL`, which resolves `..` and refuses what it cannot parse. */
function pathOfUrl(target: string): string {
  const path = withoutQuery(target).replaceAll('\\', '/')
  const [start = '', authority] = URL_START.exec(path) ?? []
  const rest = path.slice(start.length)
  // `example.com:443`: what is behind the colon is no path
  const isPath = start === '' || authority !== undefined || SLASHED.test(start)
  return (isPath ? rest : rest.replace(/^[^/]*/, '')) || '/'
}

function withoutQuery(target: string): string {
  const end = target.search(/[?#]/)
  return end === -1 ? target : target.slice(0, end)
}
