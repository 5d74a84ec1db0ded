import type { IncomingMessage } from 'node:http'
import type { Http2ServerRequest } from 'node:http2'
import { claimsHttps, type ConnectionFacts } from '../core/diagnostics/connection-facts'
import type { Host } from '../core/session/session'
import { forwardedProto, pathOf } from '../primitives/http'

/** The properties of a request that the middleware reads. Requests of socket libraries may lack any of them. */
export interface Request extends Host {
  readonly headers?: IncomingMessage['headers']
  readonly url?: string | undefined
  /** The URL before a router removed its mount path. */
  readonly originalUrl?: string | undefined
  /** Express: whether the connection is secure, by its "trust proxy". */
  readonly secure?: boolean | undefined
  readonly socket?: Socket
  readonly connection?: Socket
  /** The Express app. */
  readonly app?: unknown
  /** Set by cookie-parser. */
  readonly cookies?: Record<string, unknown>
  readonly signedCookies?: Record<string, unknown>
}

type Socket = IncomingMessage['socket'] | Http2ServerRequest['socket']

/** The path of the request line. */
export function originalPath(req: Request): string {
  return pathOf(typeof req.originalUrl === 'string' ? req.originalUrl : req.url)
}

/**
 * Whether the request came over HTTPS.
 *
 * @param proxy true: believe X-Forwarded-Proto; false: believe nothing but the connection; undefined: believe Express's `req.secure`
 */
export function isSecure(req: Request, proxy: boolean | undefined): boolean {
  // Node's older name first: many mock requests have only that one
  const socket = req.connection ?? req.socket
  if (socket && 'encrypted' in socket && socket.encrypted) return true
  if (proxy === false) return false
  if (proxy !== true) return req.secure === true
  return claimsHttps(forwardedProto(req))
}

/** Facts about the connection for a warning about an insecure request. */
export function connectionOf(req: Request, proxy: boolean | undefined): ConnectionFacts {
  return { forwardedProto: forwardedProto(req), trust: trustFor(req, proxy) }
}

/** The setting that makes the app trust its proxy. */
function trustFor(req: Request, proxy: boolean | undefined): string | undefined {
  if (proxy === true) return undefined
  if (proxy === false) return 'proxy: true instead of proxy: false in the session options'
  if (typeof req.app !== 'function') return 'proxy: true in the session options'
  return isTrustedByExpress(req) ? undefined : "app.set('trust proxy', 1)"
}

/** Whether Express trusts the sender of the request as a proxy. */
function isTrustedByExpress({ app, socket }: Request): boolean {
  const { get } = app as { get?: (this: unknown, name: string) => ((address: string | undefined, hop: number) => unknown) | undefined }
  const isTrusted = typeof get === 'function' ? get.call(app, 'trust proxy fn') : undefined
  return typeof isTrusted === 'function' && isTrusted(socket?.remoteAddress, 0) === true
}
