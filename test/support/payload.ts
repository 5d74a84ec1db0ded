import type { Visitor } from './site'

/** What stands in a visitor's cookie, where that is the session: the text that was signed. */
export function payloadOf({ cookie }: Pick<Visitor, 'cookie'>): string {
  const signed = decodeURIComponent(cookie.slice(cookie.indexOf('=') + 1))
  return signed.slice('s:'.length, signed.lastIndexOf('.'))
}

/** What everybody can read there who has it. */
export function readable(visitor: Pick<Visitor, 'cookie'>): Record<string, unknown> {
  return JSON.parse(Buffer.from(payloadOf(visitor), 'base64url').toString()) as Record<string, unknown>
}
