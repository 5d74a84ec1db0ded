import { freshness } from '../core/users/freshness'
import { ignoreRejection } from '../primitives/callbacks'
import { sessionsOf, type Sessions } from '../core/users/sessions'
import type { App, Context, Next } from './context'
import { enter, prepare, reportSecond } from './context-accessors'
import type { KoaRequest } from './koa-request'
import type { KoaOptions } from './settings/koa-options'
import { settleKoa } from './settings/koa-settings'
import { whileBodyWaits } from './body-errors'

/** A middleware for Koa 2 and 3. */
export type KoaMiddleware = Sessions<Handler> & Handler

type Handler = (ctx: Context, next: Next) => Promise<void>

/**
 * The Koa middleware: one exchange per context, which commits after the later middlewares.
 *
 * @param app whose contexts have sessions in the cookie before the middleware runs
 * @throws TypeError for an option that can never work
 */
export function middleware(options: KoaOptions, app?: App): KoaMiddleware {
  const settings = settleKoa(options, app)
  if (app) prepare(app, settings)
  const sessions = sessionsOf(settings.storeClient, settings.core)
  return Object.assign(session, { ...sessions, ...(settings.defer && readingFirst(sessions)), requireFresh })

  function requireFresh(ms: number): Handler {
    const check = freshness(settings.core, ms)
    return async (ctx, next) => {
      // A deferred session is not read before
      if (settings.defer) await deferred(ctx)
      const err = check(ctx)
      if (err) throw err
      await next()
    }
  }

  async function session(ctx: Context, next: Next): Promise<void> {
    if (!ctx.req) throw new TypeError("session needs a context of Koa: on Express, write require('resession')")
    const host = enter(ctx, settings)
    // Another session middleware has run first
    if (!host) {
      await reportSecond(ctx, settings)
      return void (await next())
    }
    const opened = settings.defer ? undefined : host.openInTime()
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

type SessionsOfUsers = ReturnType<typeof sessionsOf>

/** Reads the deferred session of a context before it is compared with the others of its user. */
function readingFirst({ list, revokeAll }: SessionsOfUsers): Pick<SessionsOfUsers, 'list' | 'revokeAll'> {
  const after = async <Value>(ctx: object | undefined, act: () => Promise<Value>): Promise<Value> => {
    await deferred(ctx)
    return act()
  }
  return {
    list: (userId, options) => ignoreRejection(after(options?.current, () => list(userId, options))),
    revokeAll: (userId, options) => ignoreRejection(after(options?.except, () => revokeAll(userId, options))),
  }
}

function deferred(ctx: object | undefined): unknown {
  return (ctx as { readonly session?: unknown } | undefined)?.session
}

/** @returns a promise if it is asynchronous */
function end(host: KoaRequest): Promise<void> | undefined {
  const ended = host.end()
  return ended && whileBodyWaits(host.ctx, ended)
}

/** If the app has thrown, its error is the one that is thrown. */
async function endAfter(host: KoaRequest, thrown: unknown): Promise<never> {
  try {
    await end(host)
  } catch (err) {
    host.ctx.app.emit('error', err, host.ctx)
  }
  throw thrown
}
