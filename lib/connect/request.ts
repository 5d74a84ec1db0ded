import type { IncomingMessage } from 'node:http'
import type { Http2ServerRequest } from 'node:http2'
import { claimsHttps, type ConnectionFacts } from '../core/diagnostics/connection-facts'
import type { Host } from '../core/session/session'
import { pathOf } from '../primitives/http'

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
  /** Express's app. */
  readonly app?: unknown
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
  return claimsHttps(forwardedProto(req))
}

function forwardedProto(req: Request): string | undefined {
  const header: unknown = req.headers?.['x-forwarded-proto']
  return typeof header === 'string' ? header : undefined
}

/** For a warning, if a request is not secure. */
export function connectionOf(req: Request, proxy: boolean | undefined): ConnectionFacts {
  return { forwardedProto: forwardedProto(req), trust: trustFor(req, proxy) }
}

/** What to write in order to trust a proxy. */
function trustFor(req: Request, proxy: boolean | undefined): string | undefined {
  if (proxy === true) return undefined
  if (proxy === false) return 'proxy: true instead of proxy: false in the session options'
  if (typeof req.app !== 'function') return 'proxy: true in the session options'
  return isTrustedByExpress(req) ? undefined : "app.set('trust proxy', 1)"
}

/** Whether the sender of a request is a proxy for Express. */
function isTrustedByExpress({ app, socket }: Request): boolean {
  const { get } = app as { get?: (this: unknown, name: string) => ((address: string | undefined, hop: number) => unknown) | undefined }
  const isTrusted = typeof get === 'function' ? get.call(app, 'trust proxy fn') : undefined
  return typeof isTrusted === 'function' && isTrusted(socket?.remoteAddress, 0) === true
}
