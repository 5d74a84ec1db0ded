import { reasonOf, type Callback } from '../../primitives/callbacks'
import { revoked } from '../errors/user-errors'
import { marksIn } from '../record/marks'
import type { SessionData } from '../record/session-data'
import { dataIn, shownOf } from '../record/session-view'
import type { Keep } from '../session/keep'
import type { Session } from '../session/session'
import { become } from './bind'
import { placeOf } from './records'
import { endRevoked } from './logout'
import { isUnanswered } from '../errors/store-errors'
import { entryOf, newLogin, notRenewed, renewed, type Renewal } from './registry'
import { userIn, type UserContext } from './user-of'

/** The session that takes the place of another one. */
export interface Target {
  readonly keep: Keep
  /** The new ID. */
  readonly id: string
}

/**
 * Before a session gets a new ID: the registry learns of it first, so that a revocation of the session ends it under both.
 *
 * @param act moves the record
 */
export function renewing(exchange: UserContext, session: Session, target: Target, done: Callback, act: (done: Callback) => void): void {
  const { users } = exchange.settings
  const before = users && exchange.lifetime?.marksOf(session.id)
  if (!before) return act(done)
  let user: string | undefined
  try {
    user = userIn(target.keep === true ? shownOf(session) : kept(session, target.keep), users)
  } catch (err) {
    return done(reasonOf(err, 'userId'))
  }
  if (user !== before.u) return become(exchange, session, { user, id: target.id }, done, act)
  if (user === undefined) return act(done)
  note(exchange, session, { user, handle: before.h, since: before.c, id: target.id }, done, act)
}

function kept(session: Session, keep: readonly string[]): object {
  return Object.fromEntries(Object.entries(dataIn(session)).filter(([key]) => keep.includes(key)))
}

/**
 * Before the record is moved: another request may have logged in the session since. If the login is no longer listed, it has been revoked. The entry of
 * a user whom this request replaces or logs out only has to be alive: it gets no new key.
 *
 * @param record of the old ID, as the store has it
 */
export function followLogin(exchange: UserContext, session: Session, id: string, record: SessionData | undefined, done: Callback): void {
  const { lifetime, settings } = exchange
  const marks = settings.users && record && marksIn(record)
  if (marks?.u === undefined || marks.u === lifetime?.known(session.id)?.u) return done()
  const { user, registries } = placeOf(exchange, marks.u)
  const renewal = renewalOf(exchange, session, { handle: marks.h, since: marks.c, id })
  registries.change<boolean>(
    user,
    registry => {
      const entry = entryOf(registry, marks.h)
      if (lifetime?.bound === session.id) return { result: entry?.d === undefined }
      const next = entry && renewed(registry, renewal)
      return { next, result: next !== undefined }
    },
    (err, changed) => done(err ?? (changed?.result ? undefined : revoked())),
  )
}

interface Noted {
  readonly handle: string
  /** When the session began. */
  readonly since: number
  /** The new ID. */
  readonly id: string
}

function renewalOf({ storeClient }: UserContext, session: Session, { handle, since, id }: Noted): Renewal {
  const from = storeClient.keys.of(session.id)
  return { entry: { h: handle, k: [from], t: Date.now(), l: newLogin() }, since, from, to: storeClient.keys.of(id) }
}

function note(
  exchange: UserContext,
  session: Session,
  { user, ...noted }: Noted & { readonly user: string },
  done: Callback,
  act: (done: Callback) => void,
): void {
  const { registries } = placeOf(exchange, user)
  const renewal = renewalOf(exchange, session, noted)
  registries.change<boolean>(
    user,
    registry => {
      const next = renewed(registry, renewal)
      return { next, result: next !== undefined }
    },
    (err, changed) => {
      if (err || !changed) return done(err)
      if (!changed.result) return endRevoked(exchange, session.id, err => done(err ?? revoked()))
      act(err => {
        if (!err || isUnanswered(err)) return done(err)
        registries.change(
          user,
          registry => ({ next: notRenewed(registry, renewal), result: undefined }),
          () => done(err),
          changed.known,
        )
      })
    },
  )
}
