import type { Availability } from '../availability'
import type { Context } from '../context'
import type { KoasCookies } from '../cookies/koas-cookies'
import type { KoaOptions } from './koa-options'

/** What tells whether a client has sent a session, and whether that can be read. */
interface Known {
  readonly name: string
  readonly koas: KoasCookies
  readonly availability: Availability | undefined
}

/**
 * Tells whether the client of a context has sent no session, so that it need not be opened before the app uses it. The request does not wait for a store
 * later, so that it does now.
 *
 * @returns undefined if something of the app would see the difference
 */
export function postponing(options: KoaOptions, { name, koas, availability }: Known): ((ctx: Context) => boolean) | undefined {
  return isSimple(options) ? ctx => !sendsCookie(ctx, name) && koas.isOwn(ctx) && availability?.isReady !== false : undefined
}

/** Whether no function of the app is called for a request without a session, and nothing is stored for it. */
function isSimple(options: KoaOptions): boolean {
  const { cookie, store, defer, saveUninitialized, idleTimeout, absoluteTimeout } = options
  const called = [options.skip, options.readOnly, options.activity, options.genid, options.transport]
  if (defer || saveUninitialized || idleTimeout !== undefined || absoluteTimeout !== undefined || typeof store === 'function') return false
  return called.every(option => option === undefined) && [undefined, '/'].includes(cookie?.path)
}

/** Whether the header may have a cookie of this name. */
function sendsCookie({ req }: Context, name: string): boolean {
  const { cookie } = req.headers
  return cookie !== undefined && cookie.includes(`${name}=`)
}
