import type { EventEmitter } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'

/** The part of a Koa context that the middleware uses, so that Koa's types need not be installed. */
export interface Context {
  readonly app: App
  readonly req: IncomingMessage
  readonly res: ServerResponse
  readonly cookies: Cookies
  readonly path: string
  /** The request target, before a router changes it. */
  readonly originalUrl: string
  readonly secure: boolean
  readonly headerSent: boolean
  readonly writable: boolean
  readonly body?: unknown
  onerror(err: unknown): void
}

/** Whether the response still takes headers. A context that an app has created for a WebSocket has no response. */
export function takesHeaders(ctx: Context): boolean {
  return ctx.res !== undefined && !ctx.headerSent
}

/** The part of a Koa app that the middleware uses. */
export interface App extends EventEmitter {
  readonly context: object
  readonly keys?: unknown
  readonly proxy?: boolean
}

/** The part of `ctx.cookies` that is used. */
export interface Cookies {
  readonly secure: boolean
  get(name: string, options: { signed: boolean }): string | undefined
  set(name: string, value: string, options: object): unknown
}

/** The `next` of a Koa middleware. */
export type Next = () => Promise<unknown>

/**
 * The context in callbacks of the app: that of its version of Koa, with what it has added. It is `any`, so that callbacks may have the types of Koa, which
 * need not be installed.
 */
export type AppContext = any // eslint-disable-line @typescript-eslint/no-explicit-any
