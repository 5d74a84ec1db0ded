import type { SetCookie } from './set-cookie'

/** RFC 6265bis section 5.6: name and value together, and each attribute. In bytes. */
const MOST_BYTES = 4096
const MOST_ATTRIBUTE_BYTES = 1024

type Rule = (cookie: SetCookie, url: URL, now: number) => string | false

const RULES: readonly Rule[] = [
  ({ name }) => name === '' && 'it has no name',
  ({ name, value }) => {
    const bytes = Buffer.byteLength(name) + Buffer.byteLength(value)
    return bytes > MOST_BYTES && `its name and value have ${bytes} bytes, and browsers keep at most ${MOST_BYTES}`
  },
  ({ path = '' }) => Buffer.byteLength(path) > MOST_ATTRIBUTE_BYTES && `its Path is longer than ${MOST_ATTRIBUTE_BYTES} bytes`,
  ({ secure }, url) => secure && !isTrustworthy(url) && 'it is Secure, and the page was loaded over http',
  ({ sameSite, secure }) => sameSite === 'none' && !secure && 'it is SameSite=None without Secure',
  ({ partitioned, secure }) => partitioned && !secure && 'it is Partitioned without Secure',
  ({ ends, value }, _url, now) =>
    ends !== undefined && ends <= now && value !== '' && `it expired at ${new Date(ends).toUTCString()}, which is in the past`,
]

/**
 * Why a browser would drop a cookie, by the rules that the cookie jar does not check.
 *
 * @param now milliseconds since 1970
 */
export function whyDropped(cookie: SetCookie, url: URL, now: number): string | undefined {
  for (const rule of RULES) {
    const reason = rule(cookie, url, now)
    if (reason) return reason
  }
  return undefined
}

/** Chrome and Firefox keep Secure cookies of http://localhost. */
export function isTrustworthy({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || isLocal(hostname)
}

/** Whether browsers take the host for secure without HTTPS. */
export function isLocal(hostname: string): boolean {
  return hostname === 'localhost' || hostname.endsWith('.localhost') || /^127\.|^\[::1\]$/.test(hostname)
}

/** The messages of the cookie jar, in the words of the report. */
export function explainJarError(message: string, cookie: SetCookie, { hostname }: URL): string {
  if (/public suffix/.test(message)) return `its Domain, ${cookie.domain}, is a public suffix, which belongs to many sites`
  if (/not in this host's domain|Domain/.test(message)) return `its Domain, ${cookie.domain}, does not include ${hostname}`
  if (/__Host/.test(message)) return `its name begins with ${cookie.name.slice(0, 7)}, which needs Secure, Path=/ and no Domain`
  if (/__Secure/.test(message)) return `its name begins with ${cookie.name.slice(0, 9)}, which needs Secure`
  if (/not a secure connection/.test(message)) return 'it is Secure, and the page was loaded over http'
  return `the cookie jar refuses it: ${message}`
}
