import debugFor = require('debug')
import type { CookieOptions } from './cookie'
import type { Exchange } from './exchange'
import type { Host } from './host'
import type { Secret } from './options'
import { inflate, type SessionData } from './session'
import { isMissing, isPromise, reasonOf, type Callback } from './store-port'

const debug = debugFor('express-session')

/** Puts a session on the host: the one whose id the client sent, or a new one. Where the exchange steps aside, it is not `entered`. */
export function open<H extends Host>(exchange: Exchange<H>, done: Callback): void {
  if (exchange.host.session) return done()
  if (!exchange.settings.isReady()) {
    debug('store is disconnected')
    return done()
  }
  ask(exchange, exchange.settings.cookieOptions, matchPath, done)
}

function matchPath<H extends Host>(exchange: Exchange<H>, options: CookieOptions | null | undefined, done: Callback): void {
  if (!exchange.transport.path(exchange.host).startsWith(options?.path || '/')) {
    debug('pathname mismatch')
    return done()
  }
  exchange.cookieOptions = options ?? {}
  ask(exchange, exchange.settings.secrets, find, done)
}

function find<H extends Host>(exchange: Exchange<H>, secrets: readonly Secret[], done: Callback): void {
  if (secrets.length === 0) return done(new Error('secret option required for sessions'))
  const { host, settings, transport } = exchange
  exchange.enter(secrets)
  try {
    host.sessionID = exchange.sentId = transport.sentId(host, secrets)
  } catch (badSecret) {
    return done(badSecret)
  }
  if (host.sessionID === undefined) {
    debug('no SID sent, generating session')
    return ask(exchange, generate, began, done)
  }
  debug('fetching %s', host.sessionID)
  const moment = exchange.reading(host.sessionID)
  settings.port.get(host.sessionID, (err, record) => load(exchange, moment, err, record, done))
}

function load<H extends Host>(
  exchange: Exchange<H>,
  moment: number | undefined,
  err: unknown,
  record: SessionData | null | undefined,
  done: Callback,
): void {
  const missing = isMissing(err)
  if (err && !missing) {
    debug('error %j', err)
    exchange.unread = true
    return done(err)
  }
  if (missing || !record) {
    debug('no session found')
    return ask(exchange, generate, began, done)
  }
  debug('session found')
  try {
    exchange.cookieOptions = undefined
    inflate(exchange.host, record)
    exchange.begin(record, moment)
  } catch (unreadable) {
    exchange.unread = true
    return done(unreadable)
  }
  done()
}

/** By way of the store, where apps put functions of their own in its place. */
function generate(host: Host): unknown {
  return host.sessionStore?.generate?.(host)
}

function began<H extends Host>(exchange: Exchange<H>, _generated: unknown, done: Callback): void {
  try {
    exchange.begin()
  } catch (unserialisable) {
    return done(unserialisable)
  }
  done()
}

/** Asks something about the host that may be known at once, may be promised and may throw, and goes on with the answer. */
function ask<H extends Host, Answer>(
  exchange: Exchange<H>,
  question: (host: H) => Answer | PromiseLike<Answer>,
  next: (exchange: Exchange<H>, answer: Answer, done: Callback) => void,
  done: Callback,
): void {
  let answer: Answer | PromiseLike<Answer>
  try {
    answer = question(exchange.host)
  } catch (err) {
    return done(reasonOf(err, 'an option'))
  }
  if (isPromise<Answer>(answer)) {
    answer.then(
      answer => next(exchange, answer, done),
      err => done(reasonOf(err, 'an option')),
    )
  } else next(exchange, answer, done)
}
