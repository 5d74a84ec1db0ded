import { isPromise } from '../../primitives/callbacks'
import type { KoaHost } from '../session/carried-session'
import type { Settings } from '../../core/settings/settings'
import { marksIn } from '../../core/record/marks'
import type { SessionData } from '../../core/record/session-data'
import type { SessionStore } from '../../core/store/contract'
import { CookieSessionStore } from '../../cookie-store/cookie-session-store'
import { hasEnded } from '../../core/record/lifetime'
import type { App } from '../context'
import type { KoaOptions } from './koa-options'
import { RAW } from './record-formats'
import { setImmediate } from '../../primitives/set-immediate'

type Ends = 'in the cookie' | 'by the store' | 'by the record'

/** Who knows when a session ends. A touch moves the end outside of the record. */
export function endsOf(store: SessionStore): Ends {
  if (store instanceof CookieSessionStore) return 'in the cookie'
  return typeof store.createSession === 'function' ? 'by the store' : 'by the record'
}

interface AdmissionContext {
  readonly app: App | undefined
  readonly ends: Ends
  /** Whether sessions have limits. */
  readonly hasLimits: boolean
}

/**
 * Whether a record is accepted; if not, the app is told why. A session with limits that has expired passes if the store keeps its record: the limits end it,
 * with its entry in the list of its user.
 */
export function admission({ valid }: KoaOptions, { app, ends, hasLimits }: AdmissionContext): Settings['admit'] {
  return ({ ctx }: KoaHost, id, record) => {
    const raw = (record as { [RAW]?: object } | null | undefined)?.[RAW] ?? record
    const refuse = (what: string): undefined => {
      const key = ends === 'in the cookie' ? undefined : id
      setImmediate(() => (app ?? ctx.app).emit(`session:${what}`, { key, value: raw, ctx }))
    }
    if (!record) return refuse('missed')
    if (ends !== 'by the store' && hasEnded(record)) {
      const refused = refuse('expired')
      return hasLimits && ends === 'by the record' && isOfSession(record) ? record : refused
    }
    const judged = (verdict: unknown): SessionData | undefined => (verdict ? record : refuse('invalid'))
    const verdict = valid ? valid(ctx, raw as object) : true
    return isPromise(verdict) ? verdict.then(judged) : judged(verdict)
  }
}

/** Whether a record has marks, and is not that of an earlier ID. */
function isOfSession(record: SessionData): boolean {
  const marks = marksIn(record)
  return marks !== undefined && marks.m == null
}
