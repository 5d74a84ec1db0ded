import { ask } from '../../primitives/ask'
import { reasonOf, type Callback, type ResultCallback } from '../../primitives/callbacks'
import { isEmpty } from '../record/session-data'
import { shownOf } from '../record/session-view'
import type { Read } from '../record/snapshot'
import type { Host, Session } from '../session/session'
import type { UserOptions } from '../settings/request-options'
import { placeOf } from './records'
import { admit } from './registry'
import { otherUser, type UserContext } from './user-of'

/** The part of an exchange that decides whether the app may use its session. */
export interface ValidityContext extends UserContext {
  readonly host: Host
  readonly settings: UserContext['settings'] & Pick<UserOptions, 'validate'>
}

type Refuse<Exchange> = (exchange: Exchange, read: Read, done: Callback) => void

/** Continues with the session on the host, which was read, unless it is no longer valid. */
export function continueIfValid<Exchange extends ValidityContext & { unread: boolean }>(
  exchange: Exchange,
  read: Read,
  refuse: Refuse<Exchange>,
  done: Callback,
): void {
  if (!needsCheck(exchange, read)) return done()
  checkValidity(exchange, (err, isValid) => {
    if (isValid) return done()
    if (!err) return refuse(exchange, read, done)
    // It may have been revoked, so the request goes on as if it could not be read
    exchange.host.session = undefined
    exchange.unread = true
    done(err)
  })
}

/** Whether a session that was read may no longer be valid, so that it is checked. */
function needsCheck(exchange: ValidityContext, { record, marks }: Read): boolean {
  const { settings, isSnapshot } = exchange
  if (settings.users && exchange.isReadOnly && !isSnapshot && marks?.u === undefined) return true
  return settings.validate !== undefined && !(isSnapshot && isEmpty(record))
}

/** Checks the session on the host. @param done receives whether it is still valid; an error if that is not known */
function checkValidity(exchange: ValidityContext, done: ResultCallback<boolean>): void {
  if (!exchange.isReadOnly || exchange.isSnapshot) return askApp(exchange, done)
  wasRevoked(exchange, (err, isRevoked) => (err || isRevoked ? done(err, false) : askApp(exchange, done)))
}

/**
 * Whether the session of a request that only reads was revoked before it was listed. Other requests learn that when they list it.
 *
 * @param done receives false for a session without a user, and for one that is listed
 */
function wasRevoked(exchange: ValidityContext, done: ResultCallback<boolean>): void {
  const { lifetime } = exchange
  const session = exchange.host.session as Session
  let user: string | undefined
  try {
    user = otherUser(exchange, session.id, shownOf(session))?.user
  } catch (err) {
    return done(reasonOf(err, 'userId'))
  }
  if (user === undefined) return done(null, false)
  const login = { since: lifetime?.beganAt(session), replaced: undefined, limit: undefined, gone: [], over: undefined }
  const entry = { h: lifetime?.marksOf(session.id)?.h as string, k: [], t: 0 }
  placeOf(exchange, user).registries.change(
    user,
    registry => ({ result: admit(registry, { ...login, entry }) === 'revoked' }),
    (err, changed) => done(err, changed?.result),
  )
}

function askApp(exchange: ValidityContext, done: ResultCallback<boolean>): void {
  const { validate } = exchange.settings
  if (!validate) return done(null, true)
  ask(
    exchange,
    host => validate(shownOf(host.session as Session), host),
    (_exchange, isValid) => done(null, Boolean(isValid)),
    err => done(err),
  )
}
