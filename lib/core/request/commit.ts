import { sentCookie } from '../lifetime/limits'
import { touch } from './touch'
import { adoptOthersCookie } from './rebase'
import type { Cookie } from '../record/cookie'
import { checkSameSite, dropped, late, withheld } from '../diagnostics/cookie-warnings'
import { debug } from '../diagnostics/debug'
import { publish } from '../diagnostics/channels'
import { isUnanswered } from '../errors/store-errors'
import type { Exchange } from './exchange'
import { type Host, saveAtOnce, Session } from '../session/session'
import type { Settings } from '../settings/settings'
import { planCookie, planStore, type CookiePlan, type Plan, type Seen } from './plan'
import { collectFacts } from './facts'
import type { Callback } from '../../primitives/callbacks'
import type { End } from '../session/session-end'

/** As they were made: an app may put others in their place for all sessions, too. */
const { touch: restarts, save } = Session.prototype

/** Called when bytes may leave; with `withhold` when the store could not even be asked, so that the answer would be a lie. */
export type Committed = (err?: unknown, withhold?: boolean) => void

/**
 * Makes the store agree with the session that the handler left, once the store has answered what the handler itself asked of it.
 *
 * @param last whether the response ends with this. Before that only what its reader could miss is done: a save, a destroy.
 */
export function commit<H extends Host>(exchange: Exchange<H>, last: boolean, done: Committed): void {
  if (!exchange.underway.isAtRest) debug('waiting for what the handler has begun')
  exchange.underway.atRest(commitAtRest<H>, exchange, last, done)
}

function commitAtRest<H extends Host>(exchange: Exchange<H>, last: boolean, done: Committed): void {
  // What is kept in the cookie leaves with the headers
  if (!last) return commitNow(exchange, exchange.settings.kept !== undefined, done)
  commitNow(exchange, last, (err, withhold) => {
    exchange.holder.end()
    done(err, withhold)
  })
}

function commitNow<H extends Host>(exchange: Exchange<H>, last: boolean, done: Committed): void {
  if (exchange.failed) return done()
  let plan: Plan
  try {
    plan = settle(exchange, last)
  } catch (err) {
    exchange.failed = true
    return done(err, true)
  }
  if (plan === 'nothing' || (plan === 'touch' && !last)) return done()
  exchange.done = plan
  carryOut[plan](exchange, done)
}

/** What the client is to be told. */
export interface CookieDue {
  readonly plan: Exclude<CookiePlan, 'nothing'>
  readonly cookie: Cookie
  /** What it carries, where it is set: the session's id, or the session. */
  readonly value: string
}

/**
 * The cookie that the headers have to carry, if any. To be asked once, as they are written: mostly after the commit.
 *
 * @throws what makes a commit withhold
 */
export function cookieDue<H extends Host>(exchange: Exchange<H>): CookieDue | undefined {
  if (exchange.failed) return undefined
  try {
    // Of a commit that came before, so that store and headers follow from the same facts
    return pickCookie(exchange, exchange.seen ?? collectFacts(exchange))
  } catch (err) {
    exchange.failed = true
    throw err
  }
}

function pickCookie<H extends Host>(exchange: Exchange<H>, { session, facts }: Seen): CookieDue | undefined {
  if (!session) debug('no session')
  const plan = planCookie(facts, exchange.settings, exchange.done)
  if (plan === 'clear') return exchange.cookie && { plan, cookie: exchange.cookie, value: '' }
  if (plan === 'nothing' || !session || !hasId(exchange.host)) return undefined
  if (session.cookie.secure && !exchange.transport.isSecure(exchange.host)) {
    debug('not secured')
    withheld(exchange.settings, exchange.transport.connection(exchange.host))
    return undefined
  }
  renewExpiry(exchange, session)
  const { kept } = exchange.settings
  const value = kept ? kept.payloadOf(session.id) : exchange.host.sessionID
  if (typeof value !== 'string' || !adoptOthersCookie(exchange, session)) return undefined
  checkSameSite(exchange.settings, session.cookie, isSentSecure(exchange, session))
  return { plan, cookie: sentCookie(exchange, session), value }
}

function isSentSecure<H extends Host>({ transport, host }: Exchange<H>, { cookie }: Session): boolean {
  return Boolean(cookie.secure) || (transport.addsSecure === true && cookie.secure === undefined && transport.isSecure(host))
}

/**
 * Reports a session that the last commit has stored and whose cookie can no longer be sent.
 *
 * @param sent what the cookie carried when the headers were sent; undefined if there was none
 */
export function checkLate<H extends Host>(exchange: Exchange<H>, sent: string | undefined): void {
  const { seen, settings, host, transport, failed, done } = exchange
  if (!seen?.session || failed || planCookie(seen.facts, settings, done) !== 'set') return
  const { session, facts } = seen
  const { kept } = settings
  // A client that has the ID misses nothing
  if (facts.returning && !kept) return
  if (session.cookie.secure && !transport.isSecure(host)) return
  const value = kept ? kept.payloadOf(session.id) : host.sessionID
  if (typeof value === 'string' && value !== sent) late(settings)
}

function settle<H extends Host>(exchange: Exchange<H>, last: boolean): Plan {
  // Before the facts: an app's own touch() may change the data
  if (last) renewExpiry(exchange, exchange.session())
  const { session, facts } = (exchange.seen = collectFacts(exchange))
  if (!hasId(exchange.host)) {
    debug('session ignored because of bogus req.sessionID %o', exchange.host.sessionID)
    return 'nothing'
  }
  if (exchange.isReadOnly && facts.modified) dropped(exchange.settings)
  const plan = planStore(facts, exchange.settings)
  if (plan === 'save') renewExpiry(exchange, session)
  return plan
}

/** The lifetime starts anew once in an exchange, however many commits and headers ask. */
function renewExpiry<H extends Host>(exchange: Exchange<H>, session: Session | undefined): void {
  if (exchange.touched || !session) return
  exchange.touched = true
  session.touch()
}

const carryOut = {
  save<H extends Host>(exchange: Exchange<H>, done: Committed): void {
    const saved: Callback = err => {
      if (err) exchange.arrived()
      failOr(exchange, done, err)
    }
    const session = exchange.seen?.session as Session
    try {
      // Through the session, whose save() and touch() an app may have replaced: theirs may change it
      if (isAsMade(session, exchange.settings)) exchange.asSeen(() => saveAtOnce(session, saved))
      else session.save(saved)
    } catch (err) {
      failOr(exchange, done, err)
    }
  },

  touch<H extends Host>(exchange: Exchange<H>, done: Committed): void {
    debug('touching')
    const id = exchange.host.sessionID as string
    const session = exchange.seen?.session as Session
    const { touches, awaitTouch } = exchange.settings
    touches?.note(id)
    let told = false
    const asked = touch(exchange, id, session, err => {
      if (err) touches?.forget(id)
      debug('touched')
      if (told) return unheard(err)
      told = true
      done(err)
    })
    if (!asked || told || awaitTouch) return
    told = true
    done()
  },

  destroy<H extends Host>(exchange: Exchange<H>, done: Committed): void {
    debug('destroying')
    exchange.port.destroy(exchange.host.sessionID as string, err => {
      debug('destroyed')
      if (err) noteEnd(exchange, isUnanswered(err) ? 'unanswered' : 'failed')
      failOr(exchange, done, err)
    })
  },
}

/** By then the connection may have another request, whose answer an error handler would cut off. */
function unheard(err: unknown): void {
  if (!err) return
  debug('touch failed: %s', err)
  publish('untouched', { error: err })
}

/** Nobody is told that it was done, where the app wants to know before. */
function failOr<H extends Host>(exchange: Exchange<H>, done: Committed, err: unknown): void {
  if (err && exchange.settings.saveErrors === 'fail') exchange.failed = true
  done(err, exchange.failed)
}

/** The headers are to say nothing of an end that has not come about. */
function noteEnd<H extends Host>(exchange: Exchange<H>, destroyed: End): void {
  const { seen } = exchange
  if (seen) exchange.seen = { ...seen, facts: { ...seen.facts, destroyed } }
}

function isAsMade<H extends Host>(session: Session, { ownSave }: Settings<H>): boolean {
  return session.save === (ownSave ?? save) && session.touch === restarts
}

function hasId(host: Host): boolean {
  return typeof host.sessionID === 'string'
}
