import type { App, Context, Next } from './context'
import { enter, prepare } from './context-accessors'
import type { KoaRequest } from './koa-request'
import type { KoaOptions } from './settings/koa-options'
import { settleKoa } from './settings/koa-settings'
import { whileBodyWaits } from './body-errors'

/** A middleware for Koa 2 and 3. */
export type KoaMiddleware = (ctx: Context, next: Next) => Promise<void>

/**
 * The Koa middleware: an exchange for each context, which commits when all that comes after has answered.
 *
 * @param app whose contexts have sessions that are kept in the cookie before the middleware comes to them
 * @throws TypeError for an option that could never work
 */
export function middleware(options: KoaOptions, app?: App): KoaMiddleware {
  const settings = settleKoa(options, app)
  if (app) prepare(app, settings)
  return async function session(ctx, next) {
    const host = enter(ctx, settings)
    // Another one came first
    if (!host) return void (await next())
    if (settings.availability?.isReady === false) await settings.availability.ready()
    const opened = settings.defer ? undefined : host.open()
    if (opened) await opened
    try {
      await next()
    } catch (err) {
      await endAfter(host, err)
    }
    const ended = end(host)
    if (ended) await ended
  }
}

/** @returns what to wait for, if that is not done at once */
function end(host: KoaRequest): Promise<void> | undefined {
  const ended = host.end()
  return ended && whileBodyWaits(host.ctx, ended)
}

/** The first error is the app's. */
async function endAfter(host: KoaRequest, thrown: unknown): Promise<never> {
  try {
    await end(host)
  } catch (err) {
    host.ctx.app.emit('error', err, host.ctx)
  }
  throw thrown
}
