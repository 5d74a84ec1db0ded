import type { IncomingMessage, ServerResponse } from 'node:http'
import type { SessionOptions } from './subject'

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

/** A kind of site: the same handlers are served by each, and answer alike but for what is said here. */
export interface Host {
  /** What a server of Node's calls. */
  listener(parts: Parts): (req: IncomingMessage, res: ServerResponse) => unknown
  /** What a client sends that has a session. */
  cookie(id: string): string
  /** What makes every request move the expiry of its session. */
  readonly keepsAlive: Partial<SessionOptions>
  /** Options that it has no word for. */
  readonly lacks: readonly (keyof SessionOptions)[]
  /** What becomes of an answer, where nobody says, whose session could not be stored. */
  readonly unsaved: {
    readonly outcome: string
    reply(text: string): readonly [status: number, text: string]
  }
  /** Who hears that a session could not be touched, where the answer waits for that: nobody, but where errors are counted, or a client, as of one that could not be saved. */
  readonly untouched: 'nobody' | 'client'
  /** What a client reads of an error. */
  errorText(message: string): string
}
