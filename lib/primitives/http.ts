/** The part of a response that tells when it has closed. An HTTP/2 response tells it through its stream. */
export interface Closing {
  readonly destroyed?: boolean
  readonly stream?: { readonly destroyed: boolean }
  readonly socket?: unknown
  on?(event: 'close', listener: () => void): unknown
}

/**
 * Calls back when the response has closed.
 *
 * @returns false if it will not tell: a response without a connection, or the missing one of a WebSocket
 */
export function whenClosed(res: Closing | undefined, act: () => void): boolean {
  if (!res) return false
  const { stream = res } = res
  // The event is emitted once
  if (stream.destroyed) act()
  else if (typeof res.on !== 'function' || !res.socket) return false
  else res.on('close', act)
  return true
}

/** The part of a response that sets headers. */
interface Headers {
  getHeader(name: string): unknown
  setHeader(name: string, value: string): unknown
}

/** Forbids caches to store a response, unless the app has set Cache-Control: RFC 9111 section 5.2.2.5. */
export function forbidCaching(res: Headers): void {
  if (!res.getHeader('Cache-Control')) res.setHeader('Cache-Control', 'no-store')
}

/** The value of X-Forwarded-Proto, if there is one such header. A mock request may have no headers. */
export function forwardedProto({ headers }: { readonly headers?: Readonly<Record<string, unknown>> }): string | undefined {
  const header = headers?.['x-forwarded-proto']
  return typeof header === 'string' ? header : undefined
}

/** The path of a request target, as the client wrote it and express-session reads it: `..` stays, and a port is not checked. */
export function pathOf(target: string | undefined): string {
  if (!target) return '/'
  // RFC 9112 section 3.2.4: `OPTIONS *` has no path
  if (target.startsWith('/') || target === '*') return withoutQuery(target)
  return pathOfUrl(target)
}

/** RFC 3986 section 3: a scheme, and the authority behind two slashes. */
const URL_START = /^[a-z0-9.+-]+:(\/\/[^/?#]*)?/i

/** RFC 9110 section 4.2: URLs of these schemes have an authority behind slashes alone. */
const SLASHED = /^(https?|ftp|gopher|file|wss?):/i

/** RFC 9112 section 3.2.2: a request to a proxy has a whole URL. `URL` is not used, because it resolves `..` and throws for what it cannot parse. */
function pathOfUrl(target: string): string {
  const path = withoutQuery(target).replaceAll('\\', '/')
  const [start = '', authority] = URL_START.exec(path) ?? []
  const rest = path.slice(start.length)
  // In `example.com:443` the text after the colon is not a path
  const isPath = start === '' || authority !== undefined || SLASHED.test(start)
  return (isPath ? rest : rest.replace(/^[^/]*/, '')) || '/'
}

function withoutQuery(target: string): string {
  // Most targets have neither, which this finds faster than a regular expression
  if (!target.includes('?') && !target.includes('#')) return target
  const end = target.search(/[?#]/)
  return end === -1 ? target : target.slice(0, end)
}
