import type { Visitor } from './site'

/** The signed text in the cookie of a client, if that contains the session. */
export function payloadOf({ cookie }: Pick<Visitor, 'cookie'>): string {
  const signed = decodeURIComponent(cookie.slice(cookie.indexOf('=') + 1))
  return signed.slice('s:'.length, signed.lastIndexOf('.'))
}

/** The readable data in the cookie. */
export function readable(visitor: Pick<Visitor, 'cookie'>): Record<string, unknown> {
  return JSON.parse(Buffer.from(payloadOf(visitor), 'base64url').toString()) as Record<string, unknown>
}
