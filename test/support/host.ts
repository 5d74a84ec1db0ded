import type { IncomingMessage, ServerResponse } from 'node:http'
import type { SessionOptions, Store } from './subject'

export type Req = IncomingMessage & Express.Request & { secret?: string; originalUrl?: string }

export type Next = (err?: unknown) => void
export type Handler = (req: Req, res: ServerResponse, next: Next) => unknown

/** What a site is made of. */
export interface Parts {
  readonly options: Partial<SessionOptions>
  readonly handler: Handler
  /** Where errors come to. */
  fail(err: unknown, res: ServerResponse): void
}

/** A place where a host can keep sessions. */
export interface Storage {
  /** What the title of a suite says of it. Empty for a store that calls back. */
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

/** A kind of site: the same handlers are served by each, and answer alike but for what is said here. */
export interface Host {
  readonly framework: 'Connect' | 'Koa'
  /** What a server of Node's calls. Sessions are in a MemoryStore by default. */
  listener(parts: Parts): (req: IncomingMessage, res: ServerResponse) => unknown
  /** Makes a middleware. @throws TypeError for options that are refused when an app starts */
  start(options: Partial<SessionOptions>): void
  /** The same host behind a router that has taken this path off the URL. */
  mountedAt(path: string): Host
  /** Where it can keep sessions. */
  readonly storages: readonly Storage[]
  /** What a client sends that has a session. */
  cookie(id: string): string
  /** The cookies of a session: Koa's signature is a second one. */
  cookieNames(name: string): string[]
  /** What the value of a cookie carries without its signature: the ID, or the session's data. */
  carriedBy(value: string): string
  /** The attributes of a Set-Cookie line in the host's own order and spelling. @param line as express-session writes it */
  attributes(line: string): string
  /** What makes every request move the expiry of its session. */
  readonly keepsAlive: Partial<SessionOptions>
  /** Options that it has no word for. */
  readonly lacks: readonly (keyof SessionOptions)[]
  /** What becomes of an answer, where nobody says, whose session could not be stored. */
  readonly unsaved: {
    readonly outcome: string
    /** @param status of the error, 500 by default */
    reply(text: string, status?: number): readonly [status: number, text: string]
  }
  /** Who hears that a session could not be touched, where the answer waits for that: nobody, but where errors are counted, or a client, as of one that could not be saved. */
  readonly untouched: 'nobody' | 'client'
  /** What a client reads of an error. @param status of the error, 500 by default */
  errorText(message: string, status?: number): string
}
