import type { ServerResponse } from 'node:http'
import { commit, cookieDue } from '../core/commit'
import { Exchange, lendGenerate, type Transport } from '../core/exchange'
import { open } from '../core/open'
import { settle, type Options } from '../core/options'
import type { SessionStore } from '../core/store-port'
import { holdResponse, type Gate } from './hold-response'
import { isSecure, originalPath, type Request } from './request'
import { readId, writeId } from './signed-cookie'

export type Next = (err?: unknown) => void

export type Middleware = (req: Request, res: ServerResponse, next: Next) => void

/**
 * The Connect middleware: an exchange for each request, the response held until it has committed.
 *
 * @param store the one to use
 * @param deprecate told of options that upstream wants said
 * @throws TypeError for an option that could never work
 */
export function middleware(options: Partial<Options<Request>>, store: SessionStore, deprecate: (message: string) => void): Middleware {
  const settings = settle(options, store, deprecate)
  const { name } = settings
  const { proxy } = options
  const transport: Transport<Request> = {
    path: originalPath,
    isSecure: req => isSecure(req, proxy),
    sentId: (req, secrets) => readId(req, name, secrets),
  }
  lendGenerate(settings, transport)

  return function session(req, res, next) {
    if (!res) throw new TypeError('argument res is required')
    const exchange = new Exchange(settings, transport, req)
    open(exchange, (err, opened) => {
      // After an error too: the app may go on with a session of its own making
      if (opened || exchange.entered) holdResponse(res, gateOf(exchange, res, next))
      if (err) next(err)
      else next()
    })
  }
}

function gateOf(exchange: Exchange<Request>, res: ServerResponse, next: Next): Gate {
  /** What fails here, fails after the handler has answered. An error handler that finds headers sent ends the connection, and the answer on it. */
  const report = (err: unknown): void => (res.headersSent ? whenOver(res, () => next(err)) : next(err))
  return {
    headers() {
      try {
        const cookie = cookieDue(exchange)
        if (!cookie) return
        const { host, secrets, settings } = exchange
        appendHeader(res, 'Set-Cookie', writeId(host.sessionID as string, settings.name, secrets, cookie))
      } catch (err) {
        whenOver(res, () => next(err))
      }
    },
    bytes(last, answer) {
      commit(exchange, last, (err, withhold) => {
        if (withhold) return answer(() => report(err))
        if (err) whenOver(res, () => next(err))
        answer('pass')
      })
    },
    failed: report,
  }
}

/** When all is out, or nothing more can be. */
function whenOver(res: ServerResponse, act: () => void): void {
  const { stream = res } = res as { stream?: { destroyed: boolean } }
  // The responses of socket libraries may emit nothing
  if (typeof res.once !== 'function' || res.writableFinished || stream.destroyed) return void setImmediate(act)
  let acted = false
  const once = (): void => {
    if (!acted) setImmediate(act)
    acted = true
  }
  res.once('finish', once).once('close', once)
}

/** Behind those that are there: `res.appendHeader` is younger than some responses of HTTP/2 and of socket libraries. */
function appendHeader(res: ServerResponse, name: string, line: string): void {
  const before = res.getHeader(name) ?? []
  res.setHeader(name, Array.isArray(before) ? [...before, line] : [String(before), line])
}
