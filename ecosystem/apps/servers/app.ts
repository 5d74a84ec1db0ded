import type { IncomingMessage, ServerResponse } from 'node:http'
import type session from '../../../lib'
import type { Page } from './page'

/** An app, independent of its server. */
export interface App {
  /** The path of the sessions: `/`, or a path that they are mounted on. */
  readonly base: string
  readonly sessions: session.RequestHandler
  /** By path. */
  readonly pages: Readonly<Record<string, Page>>
  /** Its error handler. */
  readonly failed: Failed
}

export type Failed = (err: Error, req: IncomingMessage, res: ServerResponse, next?: unknown) => void
