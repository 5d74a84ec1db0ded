import { createHmac } from 'node:crypto'
import { STATUS_CODES, type ServerResponse } from 'node:http'
import koaSession = require('../../lib/koa')
import type { KoaClass } from '../koa/koas'
import type { Ctx, KoaSessionOptions } from '../koa/site'
import { QUIET } from './connect-host'
import type { Handler, Host } from './host'
import { KoaAnswer } from './koa-answer'
import type { SessionOptions } from './subject'

/** What Koa tells a client of an error that is not meant for it. */
const ERROR = STATUS_CODES[500] as string

/** An app of one version of Koa with our middleware before the handler. */
export function koaHost(Koa: KoaClass): Host {
  return {
    listener({ options, handler, fail }) {
      const app = new Koa()
      app.keys = [QUIET.secret]
      app.on('error', (err: Error, ctx: Ctx) => fail(err, answered(ctx)))
      app.use(koaSession(koaOptions(options)))
      app.use((ctx: Ctx) => handled(ctx, handler))
      return app.callback()
    },
    // Keygrip's: https://github.com/crypto-utils/keygrip
    cookie: id => `koa.sid=${id}; koa.sid.sig=${createHmac('sha1', QUIET.secret).update(`koa.sid=${id}`).digest('base64url')}`,
    keepsAlive: { rolling: true },
    lacks: ['resave'],
    unsaved: { outcome: 'an error of the request, once', reply: () => [500, ERROR] },
    untouched: 'client',
    errorText: () => ERROR,
  }
}

/** What an app asks of us on Connect, in the words of Koa, where `resave` is always false and `unset` always 'destroy'. */
function koaOptions(options: Partial<SessionOptions>): KoaSessionOptions {
  const { onStoreError, saveErrors, resave: _, unset: __, secret: ___, ...same } = options
  const goesOn = { get: onStoreError === 'anonymous', set: saveErrors === 'report', destroy: saveErrors === 'report' }
  if (!goesOn.get && !goesOn.set) return same as KoaSessionOptions
  return {
    ...(same as KoaSessionOptions),
    onError(err, what, ctx) {
      if (!goesOn[what]) throw err
      if (what !== 'get') ctx.app.emit('error', err, ctx)
    },
  }
}

/** The answer is over when the handler says so, in its own time. */
function handled(ctx: Ctx, handler: Handler): Promise<void> {
  return new Promise((resolve, reject) => {
    const answer = new KoaAnswer(ctx, resolve)
    const next = (err: unknown): void => (answer.breaksOff(err) ? undefined : reject(err as Error))
    const act = async (): Promise<unknown> => handler(ctx.req as never, answer as never, next)
    act().catch(next)
  })
}

/** What is left to an error handler of an app that answers by itself. */
function answered({ res }: Ctx): ServerResponse {
  return { headersSent: true, destroy: () => res.destroy() } as ServerResponse
}
