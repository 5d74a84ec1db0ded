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
  const transport: Transport<Request> = {
    path: originalPath,
    isSecure: req => isSecure(req, options.proxy),
    sentId: (req, secrets) => readId(req, name, secrets),
  }
  lendGenerate(settings, transport)

  return function session(req, res, next) {
    if (!res) throw new TypeError('argument res is required')
    const exchange = new Exchange(settings, transport, req)
    open(exchange, (err, opened) => {
      if (err) return next(err)
      if (opened) holdResponse(res, gateOf(exchange, res, next))
      next()
    })
  }
}

/** What fails here, fails after the handler has answered: `next` hears of it later, as it does upstream. */
function gateOf(exchange: Exchange<Request>, res: ServerResponse, next: Next): Gate {
  return {
    headers() {
      try {
        const cookie = cookieDue(exchange)
        if (!cookie) return
        const { host, secrets, settings } = exchange
        appendHeader(res, 'Set-Cookie', writeId(host.sessionID as string, settings.name, secrets, cookie))
      } catch (err) {
        setImmediate(next, err)
      }
    },
    bytes(last, answer) {
      commit(exchange, last, (err, withhold) => {
        if (withhold) return answer(() => next(err))
        if (err) setImmediate(next, err)
        answer('pass')
      })
    },
    failed: next,
  }
}

/** Behind those that are there: `res.appendHeader` is younger than some responses of HTTP/2 and of socket libraries. */
function appendHeader(res: ServerResponse, name: string, line: string): void {
  const before = res.getHeader(name) ?? []
  res.setHeader(name, Array.isArray(before) ? [...before, line] : [String(before), line])
}
