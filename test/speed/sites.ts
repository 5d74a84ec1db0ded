import type { RequestListener } from 'node:http'
import type { Visit } from '../../benchmarks/measured/visits'
import session = require('../../lib')
import koaSession = require('../../lib/koa')
import type { KoaClass } from '../koa/koas'
import type { Ctx } from '../koa/site'
import { QUIET } from '../support/connect-host'
import type { Req } from '../support/host'
import type { Open } from './counts'

const nobody = (): string => 'nobody'

/**
 * @param store undefined for a site without sessions
 * @param more options of the middleware
 */
export function connectSite({ options }: Visit, store: session.Store | undefined, more: object = {}): Open {
  return (act, answered) => {
    const answer =
      (body: (req: Req) => string): RequestListener =>
      (req, res) => {
        res.end(body(req as Req))
        answered()
      }
    if (!store) return answer(nobody)
    const middleware = session({ ...QUIET, ...options, ...more, store })
    const app = answer(req => act(req.session))
    return (req, res) => middleware(req as never, res as never, () => app(req, res))
  }
}

/** @param store undefined for a site without sessions */
export function koaSite({ options }: Visit, store: session.Store | undefined, Koa: KoaClass): Open {
  return act => {
    const app = new Koa()
    app.keys = [QUIET.secret]
    if (store) app.use(koaSession({ ...options, store }))
    app.use((ctx: Ctx) => {
      ctx.body = store ? act(ctx.session) : nobody()
    })
    const listener = app.callback()
    return (req, res) => void listener(req, res)
  }
}
