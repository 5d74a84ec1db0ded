import { endAnnounced } from '../events/announce'
import { sentCookie } from '../lifetime/limits'
import { leaving } from '../users/logout'
import { hasBeenRevoked } from '../users/user-of'
import { isRenewalDue, renew } from './renewal/renewal'
import { touch } from './touch'
import { adoptOthersCookie } from './rebase'
import type { Cookie } from '../record/cookie'
import { dropped, droppedCrossSite, isCrossSite, late, withheld } from '../diagnostics/cookie-warnings'
import { debug } from '../diagnostics/debug'
import { publish } from '../diagnostics/channels'
import { isUnanswered } from '../errors/store-errors'
import type { Exchange } from './exchange'
import { EXCHANGE, type Host, hostOf, saveAtOnce, Session } from '../session/session'
import { save } from './save'
import type { Settings } from '../settings/settings'
import { planCookie, planStore, type CookiePlan, type Facts, type Plan, type Seen } from './plan'
import { collectFacts } from './facts'
import type { Callback } from '../../primitives/callbacks'
import type { End } from '../session/session-end'

/** Our own methods: an app may replace them, also on the class. */
const { touch: ownTouch, save: ownSave } = Session.prototype

/** Called when the response may be sent. @param withhold the response must be an error: the session could not be stored */
export type Committed = (err?: unknown, withhold?: boolean) => void

/**
 * Stores what the handler has made of the session, when the calls that it began have ended.
 *
 * @param last whether the response ends now. Before that, only a save or a destroy is done: the client may react to the first bytes
 */
export function commit(exchange: Exchange, last: boolean, done: Committed): void {
  const { underway, settings } = exchange
  if (!underway.isIdle) {
    debug('waiting for what the handler has begun')
    return underway.whenIdle(commit, exchange, last, done)
  }
  if (exchange.failed) return finish(exchange, last, done)
  if (last && isRenewalDue(exchange)) return renew(exchange, () => commit(exchange, last, done))
  let plan: Plan
  try {
    // A session in the cookie is sent with the headers
    plan = settle(exchange, last || settings.cookieStore !== undefined)
  } catch (err) {
    exchange.failed = true
    return finish(exchange, last, done, err, true)
  }
  if (plan === 'nothing') return finish(exchange, last, done)
  exchange.lastPlan = plan
  carryOut[plan](exchange, last, done)
}

/** The commit has ended. After the last one, the request is over. */
function finish(exchange: Exchange, last: boolean, done: Committed, err?: unknown, withhold?: boolean): void {
  if (last) exchange.requestLifetime.end()
  done(err, withhold)
}

/** The cookie that the response sets or clears. */
export interface CookieDue {
  readonly plan: Exclude<CookiePlan, 'nothing'>
  readonly cookie: Cookie
  /** Its value, if it is set: the session's ID, or the session. */
  readonly value: string
}

/**
 * The cookie of the response, if any. Called once, when the headers are written: usually after the commit.
 *
 * @throws if the session cannot be serialised
 */
export function cookieDue(exchange: Exchange): CookieDue | undefined {
  if (exchange.failed) return undefined
  try {
    // The facts of the commit, so that the store and the headers agree
    return pickCookie(exchange, exchange.seen ?? collectFacts(exchange))
  } catch (err) {
    exchange.failed = true
    throw err
  }
}

function pickCookie(exchange: Exchange, { session, facts }: Seen): CookieDue | undefined {
  if (!session) debug('no session')
  const plan = cookiePlan(exchange, facts)
  if (plan === 'clear') return exchange.cookie && { plan, cookie: exchange.cookie, value: '' }
  if (plan === 'nothing' || !session || !hasId(exchange.host)) return undefined
  if (session.cookie.secure && !exchange.transport.isSecure(exchange.host)) {
    debug('not secured')
    withheld(exchange.settings, exchange.transport.connection(exchange.host))
    return undefined
  }
  renewExpiry(exchange, session)
  const { cookieStore } = exchange.settings
  const value = cookieStore ? cookieStore.payloadOf(session.id) : exchange.host.sessionID
  if (typeof value !== 'string' || !adoptOthersCookie(exchange, session)) return undefined
  checkSameSite(exchange, session)
  return { plan, cookie: sentCookie(exchange, session), value }
}

/** The cookie of a session that was revoked during the request is cleared. */
function cookiePlan(exchange: Exchange, facts: Facts): CookiePlan {
  return facts.present && hasBeenRevoked(exchange) ? 'clear' : planCookie(facts, exchange.settings, exchange.lastPlan)
}

function checkSameSite(exchange: Exchange, session: Session): void {
  if (isCrossSite(session.cookie) && !isSentSecure(exchange, session)) droppedCrossSite(exchange.settings)
}

function isSentSecure({ transport, host }: Exchange, { cookie }: Session): boolean {
  return Boolean(cookie.secure) || (transport.addsSecure === true && cookie.secure === undefined && transport.isSecure(host))
}

/**
 * Reports a session that the last commit has stored and whose cookie can no longer be sent.
 *
 * @param sent what the cookie carried when the headers were sent; undefined if there was none
 */
export function checkLate(exchange: Exchange, sent: string | undefined): void {
  const { seen, settings, host, transport, failed, lastPlan } = exchange
  if (!seen?.session || failed || planCookie(seen.facts, settings, lastPlan) !== 'set') return
  const { session, facts } = seen
  const { cookieStore } = settings
  // The client has the ID already
  if (facts.returning && !cookieStore) return
  if (session.cookie.secure && !transport.isSecure(host)) return
  const value = cookieStore ? cookieStore.payloadOf(session.id) : host.sessionID
  if (typeof value === 'string' && value !== sent) late(settings)
}

function settle(exchange: Exchange, last: boolean): Plan {
  // Before the facts, because an app's own touch() may change the data
  if (last) renewExpiry(exchange, exchange.session())
  const { session, facts } = (exchange.seen = collectFacts(exchange))
  if (!hasId(exchange.host)) {
    debug('session ignored because of bogus req.sessionID %o', exchange.host.sessionID)
    return 'nothing'
  }
  if (exchange.readsOnly && facts.modified) dropped(exchange.settings)
  const plan = planStore(facts, exchange.settings)
  if (plan === 'save') renewExpiry(exchange, session)
  return plan === 'touch' && !last ? 'nothing' : plan
}

/** Restarts the lifetime, once in an exchange. */
function renewExpiry(exchange: Exchange, session: Session | undefined): void {
  if (exchange.touched || !session) return
  exchange.touched = true
  session.touch()
}

const carryOut = {
  save(exchange: Exchange, last: boolean, done: Committed): void {
    const saved: Callback = err => {
      if (err) exchange.changes.failed()
      failOr(exchange, last, done, err)
    }
    const { seen, changes, settings, underway } = exchange
    const session = seen?.session as Session
    try {
      // An app may have replaced save() or touch(), and its method may change the session
      if (!hasOwnMethods(session, settings)) session.save(saved)
      else if (hostOf(session)[EXCHANGE] === exchange) save(exchange, session, underway.begin(saved), changes.found)
      else saveAtOnce(session, saved)
    } catch (err) {
      failOr(exchange, last, done, err)
    }
  },

  touch(exchange: Exchange, last: boolean, done: Committed): void {
    debug('touching')
    const id = exchange.host.sessionID as string
    const session = exchange.seen?.session as Session
    const { touches, awaitTouch } = exchange.settings
    touches?.note(id)
    let isDone = false
    const hasBegun = touch(exchange, id, session, err => {
      if (err) touches?.forget(id)
      debug('touched')
      if (isDone) return reportLate(err)
      isDone = true
      finish(exchange, last, done, err)
    })
    if (!hasBegun || isDone || awaitTouch) return
    isDone = true
    finish(exchange, last, done)
  },

  destroy(exchange: Exchange, last: boolean, done: Committed): void {
    debug('destroying')
    const id = exchange.host.sessionID as string
    const ending = { id, why: 'unset', data: () => exchange.changes.dataOf(id) } as const
    const ended: Callback = err => {
      debug('destroyed')
      if (err) noteEnd(exchange, isUnanswered(err) ? 'unanswered' : 'failed')
      failOr(exchange, last, done, err)
    }
    endAnnounced(exchange, ending, done => exchange.storeClient.destroy(id, done), leaving(exchange, id, ended))
  },
}

/** Not to an error handler: the response is sent, and it would close a connection that may serve another request. */
function reportLate(err: unknown): void {
  if (!err) return
  debug('touch failed: %s', err)
  publish('untouched', { error: err })
}

/** With `saveErrors: 'fail'`, a response is not sent as a success if its session was not stored. */
function failOr(exchange: Exchange, last: boolean, done: Committed, err: unknown): void {
  if (err && exchange.settings.saveErrors === 'fail') exchange.failed = true
  finish(exchange, last, done, err, exchange.failed)
}

/** The session has not been destroyed, so that its cookie is not cleared. */
function noteEnd(exchange: Exchange, destroyed: End): void {
  const { seen } = exchange
  if (seen) exchange.seen = { ...seen, facts: { ...seen.facts, destroyed } }
}

function hasOwnMethods(session: Session, settings: Settings): boolean {
  return session.save === (settings.ownSave ?? ownSave) && session.touch === ownTouch
}

function hasId(host: Host): boolean {
  return typeof host.sessionID === 'string'
}
