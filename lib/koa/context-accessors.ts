import { second } from '../core/diagnostics/cookie-warnings'
import type { Change } from '../core/session/session'
import { ignoreRejection } from '../primitives/callbacks'
import { HOST, update } from '../core/session/update'
import type { App, Context } from './context'
import { CONTEXT } from './context-transport'
import { KoaRequest } from './koa-request'
import { mirror } from './request-mirror'
import type { KoaSettings } from './settings/koa-settings'
import type { CarriedSession, RegenerateOptions } from './session/carried-session'
import { optionsOf } from './session/session-options'

/** On an app whose contexts have sessions before the middleware runs. */
const SETTINGS = Symbol('resession.koa.settings')

type Entered = Context & { [HOST]?: KoaRequest; [SETTINGS]?: KoaSettings; session?: unknown; sessionId?: string }

/**
 * Called when the middleware runs.
 *
 * @returns undefined if another session middleware has run first
 */
export function enter(ctx: Context, settings: KoaSettings): KoaRequest | undefined {
  prepare(ctx.app)
  const before = (ctx as Entered)[HOST]
  // Data that the app has put into the stand-in session is discarded, as in koa-session
  const host = before && !before.isStandIn && !isLeft(before) ? before : hosted(ctx, settings)
  if (host.claimed) return undefined
  host.claimed = true
  if (before?.isStandIn) host.earlyOptions = before.earlyOptions
  if (settings.names === 'none') Object.defineProperty(ctx, 'session', ACCESSORS.session as PropertyDescriptor)
  // Set by an earlier middleware: an empty value is no session, and would hide the accessor
  else if (Object.hasOwn(ctx, 'session') && !(ctx as Entered).session) delete (ctx as Entered).session
  return host
}

/** Reports a middleware of another name than the first one, if it is for this request too. */
export async function reportSecond(ctx: Context, settings: KoaSettings): Promise<void> {
  const first = (ctx as Entered)[HOST]?.settings.name
  if (first === undefined || first === settings.name) return
  const { skip } = settings.core
  const host = { ctx } as KoaRequest
  if (!CONTEXT.path(host).startsWith(settings.cookie.path ?? '/') || (await skip?.(host))) return
  second(settings, first)
}

/** Whether an earlier middleware has no session for this request, because of its path or of `skip`. */
function isLeft(host: KoaRequest): boolean {
  return host.claimed && host.isOutsidePath
}

function hosted(ctx: Entered, settings: KoaSettings): KoaRequest {
  const host = new KoaRequest(ctx, settings)
  // To koa-session and koa-session-store, `ctx.sessionId` is any name. A client may have sent the value, for example as the ID of its request
  if (settings.names === 'cookie' && Object.hasOwn(ctx, 'sessionId')) {
    // Set by an earlier middleware; it would hide the accessor
    host.forcedId = ctx.sessionId || undefined
    delete ctx.sessionId
  }
  ctx[HOST] = host
  mirror(ctx.req, host)
  return host
}

/**
 * Adds the properties to the prototype of all contexts, once.
 *
 * @param settings of sessions that exist before the middleware runs
 */
export function prepare(app: App, settings?: KoaSettings): void {
  const { context } = app
  if (Object.hasOwn(context, SETTINGS)) return
  for (const [name, accessor] of Object.entries(ACCESSORS)) {
    // Except for the session itself, a name that the app uses on its contexts stays the app's
    if (name === 'session' || !Object.hasOwn(context, name)) Object.defineProperty(context, name, accessor)
  }
  Object.defineProperty(context, SETTINGS, { value: settings, configurable: true })
}

function found(ctx: Entered, name: string): KoaRequest | undefined {
  const { [HOST]: host, [SETTINGS]: settings } = ctx
  if (host && !host.isStandIn) return host
  // `app.context` itself, from which contexts inherit
  if (!ctx.req) return undefined
  // koa-session-store begins the session when it runs
  if (settings?.immediate && settings.names !== 'none') return hosted(ctx, settings)
  if (!settings?.standsIn) return undefined
  if (name === 'session') return standIn(ctx, settings, true)
  return name === 'sessionOptions' ? standIn(ctx, settings, false) : undefined
}

/** An empty session for contexts that the middleware has not reached, as in koa-session. Its options need no session. */
function standIn(ctx: Entered, settings: KoaSettings, isOpen: boolean): KoaRequest {
  const host = (ctx[HOST] ??= new KoaRequest(ctx, settings, true))
  if (isOpen) void host.open()?.catch(() => {})
  return host
}

type Get = (host: KoaRequest) => unknown
type Set = (host: KoaRequest, value: never) => void

/** Wakes the host itself, if it must. */
const READ: Get = host => host.read()

const GETS: Record<string, Get> = {
  session: READ,
  sessionId: ({ settings, sessionID, forcedId }) => (settings.immediate ? undefined : (sessionID ?? forcedId)),
  sessionStore: ({ userStore, settings }) => settings.showStore(userStore),
  sessionOptions: host => optionsOf(host, () => (host.ctx as Entered)[HOST] ?? host),
  sessionSave: host => host.sessionSave,
  saveSession: host => () => ignoreRejection(save(host)),
  updateSession: host => (change: Change) => update({ [HOST]: host }, change),
  regenerateSession: host => (options?: RegenerateOptions) => ignoreRejection(regenerate(host, options)),
}

async function save(host: KoaRequest): Promise<void> {
  await host.open()
  host.mustSave = true
  await host.commit()
}

async function regenerate(host: KoaRequest, options: RegenerateOptions = {}): Promise<unknown> {
  await host.open()
  // After a session was ended, or its cookie is for another path
  if (!host.session && !host.isOutsidePath) host.assign({})
  await (host.session as CarriedSession | undefined)?.regenerate(options)
  return host.shown
}

const SETS: Record<string, Set> = {
  session: (host, value) => host.assign(value),
  // An empty text is the value of a missing header
  sessionId: (host, id: string) => (host.forcedId = id || undefined),
  sessionSave: (host, value: boolean | null) => (host.sessionSave = value),
}

const ACCESSORS = Object.fromEntries(Object.entries(GETS).map(([name, get]) => [name, accessor(name, get, SETS[name])]))

/** As in koa-generic-session, the store is there on paths without a session too. */
function isAnywhere({ settings }: KoaRequest, name: string): boolean {
  return name === 'sessionStore' && settings.names === 'cookie'
}

/** Whether an assignment is one to the session. As in koa-generic-session, an ID selects the session as long as none was read. */
function takes(host: KoaRequest, name: string): boolean {
  const { names, appsNames } = host.settings
  if (host.isOutsidePath || appsNames.includes(name) || (name === 'sessionId' && names !== 'cookie')) return false
  host.openPostponed()
  return name !== 'sessionId' || host.sessionID === undefined
}

/** Without the middleware, and before it runs, it is an ordinary property. It is also one as soon as the app sets it, except for those in `SETS`. */
function accessor(name: string, get: Get, set: Set | undefined): PropertyDescriptor {
  return {
    configurable: true,
    get(this: Context) {
      const host = found(this, name)
      if (!host || (host.isOutsidePath && !isAnywhere(host, name))) return undefined
      if (get === READ) return get(host)
      if (host.settings.appsNames.includes(name)) return undefined
      host.openPostponed()
      return get(host)
    },
    set(this: Context, value: never) {
      const host = set && found(this, name)
      if (host && takes(host, name)) set(host, value)
      else Object.defineProperty(this, name, { value, writable: true, configurable: true, enumerable: true })
    },
  }
}
