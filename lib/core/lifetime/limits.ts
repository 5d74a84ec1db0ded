import type { Cookie } from '../record/cookie'
import { dateOf, hasPassed, isPastLimits as isPast, isTouched } from '../record/lifetime'
import { marksIn } from '../record/marks'
import type { SessionData } from '../record/session-data'
import type { Read } from '../record/snapshot'
import type { Host, Session } from '../session/session'
import type { SessionInfo } from '../session/session-info'
import type { LifetimeSettings } from '../settings/lifetime-options'
import type { SessionStore } from '../store/contract'
import type { StoreClient } from '../store/store-client'
import type { SessionLifetime } from './session-lifetime'

/** The part of an exchange that the limits of its session depend on. */
export interface LifetimeContext {
  readonly settings: {
    readonly lifetime: LifetimeSettings | undefined
    readonly cookieStore: object | undefined
    readonly store: SessionStore
    readonly endsByRecord?: boolean
  }
  readonly host: Host
  readonly lifetime: SessionLifetime | undefined
  readonly sentId: string | undefined
  readonly generated: string | undefined
  readonly storeClient: StoreClient
}

/** Whether moving the end takes a write of the whole record: the store has no touch, or the session is in the cookie. */
function movesByWrite(exchange: LifetimeContext): boolean {
  return exchange.settings.cookieStore !== undefined || typeof storeOf(exchange).touch !== 'function'
}

/**
 * Whether the end in a record is up to date. In most stores `touch` moves only an expiry of their own, and the record keeps an earlier end. Then only
 * the store can tell that the session has ended. Synchronous stores are of this package, and write the record's end.
 */
export function keepsEnds(exchange: LifetimeContext): boolean {
  return movesByWrite(exchange) || exchange.storeClient.answersAtOnce || writers.has(storeOf(exchange))
}

/** Stores whose touch writes the record, detected by the mark of an earlier touch in a record. */
const writers = new WeakSet<SessionStore>()

/** Whether touches are marked, to detect whether the store's touch writes the record. */
export function marksTouches(exchange: LifetimeContext): boolean {
  return exchange.settings.lifetime !== undefined && !movesByWrite(exchange) && !exchange.storeClient.answersAtOnce
}

function storeOf({ settings, host }: LifetimeContext): SessionStore {
  return host.sessionStore ?? settings.store
}

/** Whether a save has to read the end first, to keep it: a touch moves it without a new version of the record. */
export function readsEnd(exchange: LifetimeContext): boolean {
  return exchange.lifetime?.isActive === false && keepsEnds(exchange) && !movesByWrite(exchange)
}

/** Whether a session that the store returned has ended. */
export function hasTimedOut(exchange: LifetimeContext, { marks, end, isTouched }: Pick<Read, 'marks' | 'end' | 'isTouched'>): boolean {
  const { lifetime: limits, endsByRecord } = exchange.settings
  if (!limits || !marks) return false
  if (isTouched) writers.add(storeOf(exchange))
  const now = Date.now()
  if (endsByRecord && end !== undefined && end <= now) return true
  return isPast(marks, limits, { now, end: keepsEnds(exchange) ? end : undefined })
}

/** Whether a session is over that the store still has. The record of an earlier ID, which has moved, is no session. */
export function isOver(exchange: LifetimeContext, record: SessionData): boolean {
  const { settings } = exchange
  if (!settings.lifetime) return hasPassed(settings, record)
  const marks = marksIn(record)
  if (marks?.m != null) return false
  return hasPassed(settings, record) || hasTimedOut(exchange, { marks, end: dateOf(record), isTouched: isTouched(record.cookie) })
}

/** Whether a limit of a session has passed, as far as the exchange knows: another request may have moved its end. */
export function seemsOver(exchange: LifetimeContext, id: string): boolean {
  const { lifetime, settings } = exchange
  const marks = settings.lifetime && lifetime?.known(id)
  const end = lifetime?.lastRead?.id === id ? lifetime.lastRead.end : undefined
  return marks !== undefined && hasTimedOut(exchange, { marks, end })
}

/** The limit of a session that is over. */
export function passedLimit({ settings }: LifetimeContext, { marks }: Read): 'absolute' | 'idle' {
  return marks && marks.a + (settings.lifetime?.absolute ?? Infinity) <= Date.now() ? 'absolute' : 'idle'
}

/** Whether an unchanged session is saved: its record lacks the marks, or its end can only be moved by a save. */
export function needsRewrite(exchange: LifetimeContext, { id, cookie }: Session): boolean {
  const { lifetime, settings, sentId } = exchange
  const ends = settings.lifetime
  if (!ends || !lifetime || sentId !== id) return false
  return lifetime.lacksMarks(id) || (movesByWrite(exchange) && lifetime.isDue(id, cookie, ends.leastMove))
}

/** The end of the record if the session is stored now. */
export function storedEnd(exchange: LifetimeContext, { id, cookie }: Session): number | undefined {
  return exchange.settings.lifetime && exchange.lifetime?.endOf(id, cookie, keepsEnds(exchange))
}

/** The result of `session.info`. */
export function infoOf(exchange: LifetimeContext, { id, cookie }: Session): SessionInfo | undefined {
  const { lifetime, settings } = exchange
  const marks = settings.lifetime && lifetime?.marksForApp(id)
  if (!marks) return undefined
  const end = lifetime?.endOf(id, cookie, keepsEnds(exchange)) as number
  return {
    handle: marks.h,
    createdAt: new Date(marks.c),
    authenticatedAt: new Date(marks.a),
    expiresAt: end === Infinity ? null : new Date(end),
    userId: marks.u,
  }
}

/**
 * Restarts both limits.
 *
 * @returns a function that undoes it
 * @throws TypeError if there are no limits
 */
export function authenticate({ lifetime, settings, host }: LifetimeContext): (() => void) | undefined {
  if (!settings.lifetime) throw new TypeError('authenticated needs the option absoluteTimeout, idleTimeout or userId')
  return lifetime?.authenticate(host.sessionID as string)
}

/** The cookie to send: it never outlives the session. */
export function sentCookie({ lifetime }: LifetimeContext, { id, cookie }: Session): Cookie {
  return lifetime?.sent(id, cookie as Cookie) ?? (cookie as Cookie)
}
