import { EventEmitter } from 'node:events'
import { createSession } from '../../lib/core/session/session'
import { clientFor } from '../../lib/core/store/store-clients'
import { update as updateSession } from '../../lib/core/session/update'
import { middleware, type KoaMiddleware } from '../../lib/koa/middleware'
import type { KoaOptions } from '../../lib/koa/settings/koa-options'
import { ID, type Act, type Floor, type Supplies, type Visit } from './rig'

/** The adapter for Koa, on contexts with the members that it uses. */
export const koa: Floor = {
  server(supplies) {
    const { options } = supplies
    // It distinguishes the store from a store of promises
    const store = Object.assign(supplies.store, { createSession })
    const session = middleware({ ...optionsOf(options), store }, undefined)
    const app = Object.assign(new EventEmitter(), { context: {}, keys: ['x'] })
    return {
      serve: act => void request(session, app, act, supplies),
      get held() {
        return clientFor(store).activeSessions.size
      },
    }
  },
  rest: async () => new Promise(resolve => setImmediate(resolve)),
}

/** The options under their names in Koa. */
function optionsOf({ genid, rolling, concurrency }: Supplies['options']): KoaOptions {
  return { genid: genid as never, rolling, concurrency, transport: { get: () => ID, set: () => {}, clear: () => {} } }
}

/** As in Koa, the response is sent when the middleware is done. */
async function request(
  session: KoaMiddleware,
  app: EventEmitter & { context: object },
  act: Act,
  { steps, errors }: Supplies,
): Promise<void> {
  const res = Object.assign(new EventEmitter(), { destroyed: false, getHeader: () => undefined })
  const ctx = Object.assign(Object.create(app.context), { app, req: {}, res, path: '/', secure: false, onerror: () => {} })
  const next = async (): Promise<void> => new Promise(resolve => act(visitOf(ctx.req as Visit), resolve))
  try {
    await session(ctx as never, next)
  } catch (err) {
    errors.push(err)
  }
  // The client has the whole response
  steps.push(() => void res.emit('close'))
}

/** The request, with the session of its context. */
function visitOf(req: Omit<Visit, 'update'>): Visit {
  const update: Visit['update'] = (change, done) => void updateSession(req, change).then(() => done(), done)
  return Object.assign(req, { update })
}
