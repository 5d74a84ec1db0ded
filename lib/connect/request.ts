import type { IncomingMessage } from 'node:http'
import type { Http2ServerRequest } from 'node:http2'
import type { Host } from '../core/host'
import { pathOf } from '../core/path'

/** What the middleware reads of a request. Real ones have it all; those that socket libraries pass may lack any of it. */
export interface Request extends Host {
  readonly headers?: IncomingMessage['headers']
  readonly url?: string | undefined
  /** The url before a router cut its mount path off. */
  readonly originalUrl?: string | undefined
  /** Express: whether the connection is secure, by its "trust proxy". */
  readonly secure?: boolean | undefined
  readonly socket?: Socket
  readonly connection?: Socket
  /** What cookie-parser left. */
  readonly cookies?: Record<string, unknown>
  readonly signedCookies?: Record<string, unknown>
}

type Socket = IncomingMessage['socket'] | Http2ServerRequest['socket']

/** The path that the client asked for. */
export function originalPath(req: Request): string {
  return pathOf(typeof req.originalUrl === 'string' ? req.originalUrl : req.url)
}

/**
 * Whether the request came over HTTPS.
 *
 * @param proxy true: believe X-Forwarded-Proto; false: believe nothing but the connection; undefined: believe Express's `req.secure`
 */
export function isSecure(req: Request, proxy: boolean | undefined): boolean {
  // Node's older name first: fake requests have often only that
  const socket = req.connection ?? req.socket
  if (socket && 'encrypted' in socket && socket.encrypted) return true
  if (proxy === false) return false
  if (proxy !== true) return req.secure === true
  const forwarded = req.headers?.['x-forwarded-proto']
  // The first of a list is the protocol that the client spoke
  return typeof forwarded === 'string' && /^\s*https\s*(,|$)/i.test(forwarded)
}
