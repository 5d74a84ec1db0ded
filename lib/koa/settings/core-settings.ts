import { SessionEvents } from '../../core/diagnostics/session-events'
import { Cookie, type CookieOptions } from '../../core/record/cookie'
import { shownOf } from '../../core/record/session-view'
import type { Semantics } from '../../core/settings/policy'
import { settle, type Settings } from '../../core/settings/settings'
import { shareSettings } from '../../core/lifetime/shared-store'
import type { SessionStore } from '../../core/store/contract'
import { DAY } from '../../cookie-store/record-format'
import { CookieSessionStore } from '../../cookie-store/cookie-session-store'
import { limitsInCookie } from '../../cookie-store/settings'
import type { App } from '../context'
import { checkSendable, type Signing } from '../cookies/cookie-transport'
import { CarriedSession, type KoaHost } from '../session/carried-session'
import type { KoaSession } from '../session/koa-session'
import { admission, endsOf } from './admission'
import { coreOptions } from './core-options'
import type { KoaOptions } from './koa-options'

/** What is settled before the core's settings. */
export interface Given {
  readonly name: string
  readonly cookie: CookieOptions
  readonly signing: Signing
  readonly store: NonNullable<KoaOptions['store']>
  readonly app: App | undefined
}

const { save: ownSave } = CarriedSession.prototype

/** The core's settings for a store. */
export function coreSettings(options: KoaOptions, given: Given, store: SessionStore): Settings {
  const { onError, beforeSave, renew = false } = options
  const { cookie, signing } = given
  const about = { name: given.name, diagnostics: options.diagnostics !== false }
  const usual = new Cookie(cookie)
  const isInCookie = store instanceof CookieSessionStore
  const core = coreOptions(options, cookie)
  const settings = settle(core, store, () => {})
  const endsByRecord = endsOf(store) === 'by the record'
  // A function may return stores of any kind
  const lifetimes = { renews: core.rolling === true || settings.keepsIdle, endsByRecord: endsByRecord && typeof given.store === 'object' }
  if (!isInCookie) shareSettings(core, settings, lifetimes)
  return {
    ...settings,
    ...{ ...about, events: new SessionEvents(about, core.on) },
    // No other process writes to the cookie, and no store is to be spared
    ...(isInCookie && { concurrency: 'off', touches: undefined, ...limitsInCookie(settings) }),
    isReady: () => true,
    secrets: undefined,
    family: family(renew && DAY, isInCookie || (options.cookieOnSave ?? true)),
    onStoreError: onError && (async (err, { ctx }: KoaHost) => (await onError(err, 'get', ctx), 'new' as const)),
    admit: admission(options, { app: given.app, ends: endsOf(store), hasLimits: settings.lifetime !== undefined }),
    asksApp: options.valid !== undefined,
    endsByRecord,
    beforeSave: beforeSave && ((host: KoaHost, session) => host.refusing(() => beforeSave(host.ctx, shownOf(session) as KoaSession))),
    // A custom transport need not use a cookie
    checkCookie:
      typeof options.transport === 'object' ? undefined : ({ ctx }: KoaHost, cookie) => checkSendable(about, ctx, cookie, signing, usual),
    rollsBySave: rollsBySave(options, store),
    ownSave,
  }
}

/** Only stores of express-session have a touch of their own, which saves nothing. */
function rollsBySave({ rolling, beforeSave }: KoaOptions, store: SessionStore): boolean {
  return Boolean(rolling && beforeSave) && endsOf(store) !== 'by the store'
}

function family(renews: number | false, cookieOnSave: boolean): Semantics {
  return { keepsAlive: false, cookieOnSave, watchesCookie: true, clears: true, renews }
}
