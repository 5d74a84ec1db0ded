import session = require('./koa')
import { checkOptions } from './core/errors/option-errors'
import type { App } from './koa/context'
import type { KoaCookieOptions } from './koa/cookies/cookie-options'
import { MemoryStore as KoaMemoryStore } from './koa/legacy/memory-store'
import { presetOptions, PRESETS, type Preset } from './koa/legacy/presets'
import type { AnySpelling } from './koa/settings/option-aliases'
import { MemoryStore, warnInProduction } from './stores/memory-store'

/**
 * Called like the older middleware: with its options, and with the app before or after them if it takes one. `session` is referenced so that the
 * declarations of this file include those of that: `ctx.session` has its type in an app that imports nothing else.
 */
type Call = (first?: Options | App, second?: Options | App) => ReturnType<typeof session>

/** The cookie options of koa-generic-session may have the older spelling. */
type Options = Omit<AnySpelling, 'cookie' | 'cookieOptions'> & { cookie?: OlderCookie; cookieOptions?: OlderCookie }
type OlderCookie = (KoaCookieOptions & { maxage?: number | null | undefined }) | undefined

function call(preset: Preset): Call {
  return (first, second) => {
    const [app, options] = isApp(first) ? [first, second] : [second, first]
    if (preset.needsApp && !isApp(app)) throw new TypeError(preset.needsApp)
    checkOptions(options, 'session({ … }, app)')
    const { store, ...given } = presetOptions(preset, options as AnySpelling | undefined)
    return session({ ...given, store: store === 'memory' ? memory() : store }, app as App | undefined)
  }
}

function memory(): InstanceType<typeof MemoryStore> {
  const store = new MemoryStore()
  warnInProduction(store)
  return store
}

function isApp(given: unknown): given is App {
  return typeof (given as { use?: unknown } | undefined)?.use === 'function'
}

/** Replaces koa-session 6 and 7. */
export const koaSession = call(PRESETS.koaSession)
/** Replaces koa-generic-session 2 and koa-sess. */
export const koaGenericSession = Object.assign(call(PRESETS.koaGenericSession), { MemoryStore: KoaMemoryStore })
/** Replaces koa-session-store 2. */
export const koaSessionStore = call(PRESETS.koaSessionStore)
/** Replaces koa-session-ts. */
export const koaSessionTs = call(PRESETS.koaSessionTs)

/** koa-session-ts also exports a base class for stores, a MemoryStore, and the events of stores. */
export { BaseStore, CONNECT, DISCONNECT, type StoredSession } from './koa/legacy/base-store'
export { MemoryStore } from './koa/legacy/memory-store'
export type { AnySpelling as SessionOptions } from './koa/settings/option-aliases'
