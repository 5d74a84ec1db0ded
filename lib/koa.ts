import type { App } from './koa/context'
import { middleware, type KoaMiddleware } from './koa/middleware'
import type { KoaOptions } from './koa/koa-options'
import { spell, type AnySpelling } from './koa/spellings'

/**
 * Sessions for Koa: puts `ctx.session` on every context that a session is for, and stores it before the answer goes out.
 *
 * @throws TypeError for an option that could never work
 */
function session(options?: AnySpelling, app?: App): KoaMiddleware
function session(app: App, options?: AnySpelling): KoaMiddleware
function session(first: AnySpelling | App = {}, second?: AnySpelling | App): KoaMiddleware {
  if (isApp(first)) return middleware(spell(second as AnySpelling), first)
  return middleware(spell(first), second as App | undefined)
}

function isApp(given: object): given is App {
  return typeof (given as Partial<App>).on === 'function' && 'context' in given
}

namespace session {
  export type Options = KoaOptions
}

export = session
