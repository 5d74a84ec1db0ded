import { isPromise } from '../../primitives/callbacks'
import type { Settings } from '../../core/settings/settings'
import type { SessionData } from '../../core/record/session-data'
import type { SessionStore } from '../../core/store/contract'
import { CookieSessionStore } from '../../cookie-store/cookie-session-store'
import { hasEnded } from '../../cookie-store/record-format'
import type { App } from '../context'
import type { KoaHost } from '../session/carried-session'
import type { KoaOptions } from './koa-options'
import { RAW } from './record-formats'
import { setImmediate } from '../../primitives/set-immediate'

type Ends = 'in the cookie' | 'by the store' | 'by the record'

/** Who knows when a session ends. A touch moves the end outside of the record. */
export function endsOf(store: SessionStore): Ends {
  if (store instanceof CookieSessionStore) return 'in the cookie'
  return typeof store.createSession === 'function' ? 'by the store' : 'by the record'
}

/** Whether a record is accepted; if not, the app is told why. */
export function admission({ valid }: KoaOptions, app: App | undefined, ends: Ends): Settings<KoaHost>['admit'] {
  return ({ ctx }, id, record) => {
    const raw = (record as { [RAW]?: object } | null | undefined)?.[RAW] ?? record
    const refuse = (what: string): undefined => {
      const key = ends === 'in the cookie' ? undefined : id
      setImmediate(() => (app ?? ctx.app).emit(`session:${what}`, { key, value: raw, ctx }))
    }
    if (!record) return refuse('missed')
    if (ends !== 'by the store' && hasEnded(record)) return refuse('expired')
    const judged = (verdict: unknown): SessionData | undefined => (verdict ? record : refuse('invalid'))
    const verdict = valid ? valid(ctx, raw as object) : true
    return isPromise(verdict) ? verdict.then(judged) : judged(verdict)
  }
}
