import type { ServerResponse } from 'node:http'
import type { Handler, Req } from './site'

/** Handlers by path, so that a test reads as the requests it makes. */
export function routes(table: Record<string, Handler>): Handler {
  return (req, res) => {
    const handler = table[(req.url ?? '/').split('?')[0] as string]
    if (handler) return handler(req, res)
    res.statusCode = 404
    res.end()
  }
}

/** Counts requests in the session, and responds with the count. */
export const count: Handler = (req, res) => {
  const session = data(req)
  session.views = Number(session.views ?? 0) + 1
  res.end(String(session.views))
}

/** Responds with the session, and changes nothing. */
export const show: Handler = (req, res) => {
  res.end(JSON.stringify(req.session))
}

/** The data of a session that `show` has sent. Connect's JSON contains the cookie as well. */
export function shown(text: string): Record<string, unknown> {
  const { cookie: _, ...values } = JSON.parse(text) as Record<string, unknown>
  return values
}

/** The session as any data. */
export function data(req: Req): Record<string, unknown> {
  return req.session as unknown as Record<string, unknown>
}

/** Ends the response with the argument of a callback. */
export function endWith(res: ServerResponse): (err?: unknown) => void {
  return err => res.end(err ? `failed: ${(err as Error).message}` : 'done')
}
