import { announceUnknown } from '../events/announce'
import { StoreUnavailable } from '../errors/store-errors'
import { ask } from '../../primitives/ask'
import type { Callback } from '../../primitives/callbacks'
import type { CookieOptions } from '../record/cookie'
import { second } from '../diagnostics/cookie-warnings'
import { debug } from '../diagnostics/debug'
import type { Exchange } from './exchange'
import { separate } from '../record/marks'
import type { Read } from '../record/snapshot'
import type { SessionData } from '../record/session-data'
import { endTimedOut, endRefused } from './renewal/end-over'
import { announceEarlier, findMoved, snapshotOf } from './renewal/whereabouts'
import { hasTimedOut } from '../lifetime/limits'
import { EXCHANGE, generate, inflate } from '../session/session'
import { isRefused } from '../users/user-of'
import { continueIfValid } from '../users/validity'
import type { Secret } from '../../primitives/secrets'
import type { WithoutStore } from '../settings/options'

/** Puts a session on the host: that of the client, or a new one. If the request has no session, the exchange is not `entered`. */
export function open(exchange: Exchange, done: Callback): void {
  if (exchange.host.session && !isSecond(exchange)) return done()
  const { skip } = exchange.settings
  if (skip) ask(exchange, skip, (exchange, isSkipped, done) => (isSkipped ? done() : begin(exchange, done)), done)
  else begin(exchange, done)
}

function begin(exchange: Exchange, done: Callback): void {
  const { isReady, onStoreError } = exchange.settings
  if (!isReady() && !onStoreError) {
    debug('store is disconnected')
    return done()
  }
  ask(exchange, exchange.settings.cookieOptions, matchPath, done)
}

/** Whether a middleware of another name was first. With the same name they count as one, for a mounted app. */
function isSecond({ host, settings }: Exchange): boolean {
  const first = host[EXCHANGE]?.settings.name
  return first !== undefined && first !== settings.name
}

function matchPath(exchange: Exchange, options: CookieOptions | null | undefined, done: Callback): void {
  const { settings, host, transport } = exchange
  const cookiePath = options?.path || '/'
  const path = transport.path(host)
  if (!path.startsWith(cookiePath)) {
    debug('pathname mismatch')
    settings.paths.miss(settings, cookiePath, path)
    return done()
  }
  if (cookiePath !== '/') settings.paths.hasMatched = true
  // Both middlewares are for this request, which is a mistake
  if (host.session) {
    second(settings, host[EXCHANGE]?.settings.name as string)
    return done()
  }
  exchange.cookieOptions = options ?? {}
  const { secrets } = settings
  if (secrets) ask(exchange, secrets, enter, done)
  else identify(exchange, [], done)
}

function enter(exchange: Exchange, secrets: readonly Secret[], done: Callback): void {
  if (secrets.length === 0) return done(new Error('secret option required for sessions'))
  identify(exchange, secrets, done)
}

function identify(exchange: Exchange, secrets: readonly Secret[], done: Callback): void {
  exchange.enter(secrets)
  const { readOnly } = exchange.settings
  if (readOnly) ask(exchange, readOnly, restrict, done)
  else judgeActivity(exchange, done)
}

function restrict(exchange: Exchange, isReadOnly: boolean, done: Callback): void {
  exchange.readsOnly = Boolean(isReadOnly)
  judgeActivity(exchange, done)
}

function judgeActivity(exchange: Exchange, done: Callback): void {
  const activity = exchange.settings.lifetime?.activity
  if (activity) ask(exchange, activity, noteActivity, done)
  else findSent(exchange, done)
}

function noteActivity(exchange: Exchange, isActive: boolean, done: Callback): void {
  if (exchange.lifetime) exchange.lifetime.isActive = Boolean(isActive)
  findSent(exchange, done)
}

function findSent(exchange: Exchange, done: Callback): void {
  ask(exchange, host => exchange.transport.sentId(host, exchange.secrets), find, done)
}

function find(exchange: Exchange, sent: string | undefined, done: Callback): void {
  const { host, settings } = exchange
  const id = sent !== undefined && settings.cookieStore ? settings.cookieStore.receive(sent) : sent
  host.sessionID = exchange.sentId = id
  if (settings.resign && sent !== undefined) {
    exchange.outdated =
      exchange.transport.isOutdated?.(host, exchange.secrets, sent) === true || settings.cookieStore?.isOutdated() === true
  }
  if (!settings.isReady())
    return continueWithoutStore(exchange, new StoreUnavailable('store is disconnected', 'ERR_STORE_DISCONNECTED'), done)
  if (id === undefined) {
    debug('no SID sent, generating session')
    return ask(exchange, generate, began, done)
  }
  if (isRefused(exchange, id)) return findOther(exchange, done)
  fetch(exchange, id, done)
}

function fetch(exchange: Exchange, id: string, done: Callback): void {
  const { settings } = exchange
  debug('fetching %s', id)
  const moment = exchange.reading(id)
  settings.storeClient.get(id, (err, found, version, likeness) => {
    if (err) return continueWithoutStore(exchange, err, done)
    const { admit } = settings
    if (!found) announceUnknown(exchange)
    if (!admit) return load(exchange, { record: found, moment, version, likeness }, done)
    ask(
      exchange,
      host => admit(host, id, found),
      // The app may have changed the record
      (exchange, record, done) => load(exchange, { record, moment, version, likeness: settings.asksApp ? undefined : likeness }, done),
      done,
    )
  })
}

/** Continues if the store failed to read, or the record is invalid. */
function continueWithoutStore(exchange: Exchange, err: unknown, done: Callback): void {
  debug('error %j', err)
  exchange.unread = true
  const { onStoreError } = exchange.settings
  if (!onStoreError) return done(err)
  const decide = (exchange: Exchange, decision: WithoutStore, done: Callback): void => {
    if (decision === 'new') return ask(exchange, generate, began, done)
    if (decision !== 'anonymous') return done(err)
    exchange.continueWithoutStore()
    done()
  }
  ask(exchange, host => onStoreError(err, host), decide, done)
}

function load(exchange: Exchange, found: Read, done: Callback): void {
  let read: Read
  try {
    read = separate(found)
  } catch (unreadable) {
    return refuseRecord(exchange, unreadable, done)
  }
  const { record } = read
  if (!record) return findOther(exchange, done)
  if (read.marks?.m != null) return findNew(exchange, read, done)
  if (hasTimedOut(exchange, read)) return end(exchange, read, done)
  begun(exchange, read, done)
}

function begun(exchange: Exchange, read: Read, done: Callback): void {
  debug('session found')
  try {
    exchange.cookieOptions = undefined
    inflate(exchange.host, read.record as SessionData)
    exchange.begin(read)
  } catch (unreadable) {
    return refuseRecord(exchange, unreadable, done)
  }
  continueIfValid(exchange, read, refuse, done)
}

/** Continues if no session can be made of the record. */
function refuseRecord(exchange: Exchange, unreadable: unknown, done: Callback): void {
  announceUnknown(exchange, 'unreadable')
  // The client may have invented the content of its cookie, and would send it with each request
  if (exchange.settings.cookieStore) return ask(exchange, generate, began, done)
  continueWithoutStore(exchange, unreadable, done)
}

/** Destroys a session that is no longer valid. The record of an earlier ID is no session, so that it is only not shown. */
function refuse(exchange: Exchange, read: Read, done: Callback): void {
  if (exchange.isSnapshot) return begun(exchange, snapshotOf(read), done)
  const { host, changes, sentId: id = '' } = exchange
  host.session = undefined
  endRefused(exchange, { id, why: 'revoked', data: () => changes.dataOf(id) }, () => findOther(exchange, done))
}

/** The client has an earlier ID. */
function findNew(exchange: Exchange, read: Read, done: Callback): void {
  findMoved(exchange, exchange.sentId as string, read, (err, found) => {
    if (err) return continueWithoutStore(exchange, err, done)
    announceEarlier(exchange, read, found)
    if (!found) return findOther(exchange, done)
    const { current } = found
    exchange.isSnapshot = current === undefined
    if (!current) return begun(exchange, snapshotOf(read, found), done)
    debug('session has a new ID')
    exchange.host.sessionID = current.id
    exchange.redirect(current.id)
    fetch(exchange, current.id, done)
  })
}

/** The limit of the session has passed, but the store still has it. */
function end(exchange: Exchange, read: Read, done: Callback): void {
  debug('session is over')
  const id = exchange.sentId as string
  endTimedOut(exchange, id, read, isRenewed => (isRenewed ? fetch(exchange, id, done) : findOther(exchange, done)))
}

/** The store does not have the session. After a change of path or domain, a client may send a second cookie of the name. */
function findOther(exchange: Exchange, done: Callback): void {
  debug('no session found')
  const { host, transport, secrets, settings } = exchange
  const other = transport.otherId?.(host, secrets, ++exchange.missed)
  if (other === undefined) return ask(exchange, generate, began, done)
  // Twice the same ID
  if (!settings.cookieStore && other === exchange.sentId) return findOther(exchange, done)
  find(exchange, other, done)
}

function began(exchange: Exchange, _generated: unknown, done: Callback): void {
  try {
    exchange.begin()
  } catch (unserialisable) {
    return done(unserialisable)
  }
  done()
}
