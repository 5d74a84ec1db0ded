import type { IncomingMessage, ServerResponse } from 'node:http'
import type { SessionOptions, Store } from './subject'

export type Req = IncomingMessage & Express.Request & { secret?: string; originalUrl?: string }

export type Next = (err?: unknown) => void
export type Handler = (req: Req, res: ServerResponse, next: Next) => unknown

/** The parts of a site. */
export interface Parts {
  readonly options: Partial<SessionOptions>
  readonly handler: Handler
  /** Receives the errors of requests. */
  fail(err: unknown, res: ServerResponse): void
}

/** A place where a host can keep sessions. */
export interface Storage {
  /** A part of the title of a suite. Empty for a store that calls back. */
  readonly title: string
  /** The cookie's name by default. */
  readonly cookieName: string
  /** The store's method that extends a session whose data has not changed. None without a store. */
  readonly touch: 'touch' | 'set' | undefined
  /** Whether each request extends its session. Otherwise only `rolling` does. */
  readonly extendsOnEachRequest: boolean
  /** Whether the cookie is set with each save. Otherwise it is set with the first save, and with later ones if it has an expiry. */
  readonly setsCookieOnSave: boolean
  /** @param store calls back; unused for sessions in the cookie */
  options(store: Store): Partial<SessionOptions>
}

/** A kind of site. All hosts serve the same handlers, with the same responses except for the differences named here. */
export interface Host {
  readonly framework: 'Connect' | 'Koa'
  /** The listener of a Node server. Sessions are in a MemoryStore by default. */
  listener(parts: Parts): (req: IncomingMessage, res: ServerResponse) => unknown
  /** Makes a middleware. @throws TypeError for options that are refused when an app starts */
  start(options: Partial<SessionOptions>): void
  /** The same host behind a router that has taken this path off the URL. */
  mountedAt(path: string): Host
  readonly storages: readonly Storage[]
  /** The Cookie header of a client with this session. */
  cookie(id: string): string
  /** The cookies of a session: Koa's signature is a second one. */
  cookieNames(name: string): string[]
  /** The value of a cookie without its signature: the session ID, or the session's data. */
  carriedBy(value: string): string
  /** The attributes of a Set-Cookie line in the host's own order and spelling. @param line as express-session writes it */
  attributes(line: string): string
  /** The options with which each request extends its session. */
  readonly keepsAlive: Partial<SessionOptions>
  /** Options that the host does not have. */
  readonly lacks: readonly (keyof SessionOptions)[]
  /** The response by default if its session could not be stored. */
  readonly unsaved: {
    readonly outcome: string
    /** @param status of the error, 500 by default */
    reply(text: string, status?: number): readonly [status: number, text: string]
  }
  /** The receiver of an error of touch if the response waits for it: the client, as for a failed save, or only the app's error handler. */
  readonly untouched: 'nobody' | 'client'
  /** The body of an error response. @param status of the error, 500 by default */
  errorText(message: string, status?: number): string
}
