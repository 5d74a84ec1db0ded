import { isRefusedPromise } from '../../primitives/callbacks'
import { describeValue } from '../../primitives/describe-value'
import type { RequestLifetime } from '../concurrency/request-lifetime'
import type { Diagnosed } from '../diagnostics/diagnose'
import type { SessionEvents } from '../diagnostics/session-events'
import type { Announcing } from '../events/session-event'
import type { LifetimeContext } from '../lifetime/limits'
import { shownOf } from '../record/session-view'
import type { Stored } from '../record/snapshot'
import type { Session } from '../session/session'
import type { UserSettings } from '../settings/request-options'
import { isRegistry } from '../store/store-keys'

/** The part of an exchange that the user of its session depends on. */
export interface UserContext extends LifetimeContext {
  readonly settings: LifetimeContext['settings'] & Diagnosed & { readonly users: UserSettings | undefined; readonly events: SessionEvents }
  readonly transport: Announcing['transport']
  readonly isReadOnly: boolean
  readonly isSnapshot: boolean
  readonly changes: { readonly known: Stored | undefined }
  readonly requestLifetime: Pick<RequestLifetime, 'transaction'>
  readonly replacedSession: Session | undefined
}

/** The longest user ID, in characters: it is stored with each session. An email address has at most 254. */
const LONGEST = 512

const LONE_SURROGATE = /\p{Surrogate}/u

/**
 * The user as a registry knows them.
 *
 * @param given by the app
 * @throws TypeError for a value that identifies no user
 */
export function userFrom(given: unknown, source: string): string {
  const user = typeof given === 'bigint' || (typeof given === 'number' && Number.isFinite(given)) ? String(given) : given
  if (isRefusedPromise(given) || typeof user !== 'string' || !user) throw new TypeError(`${source}, not ${describeValue(given)}`)
  // Such texts are not distinct in UTF-8, which the list is found by
  if (LONE_SURROGATE.test(user)) throw new TypeError(`${source} that is well-formed Unicode, without lone surrogates`)
  if (user.length > LONGEST) throw new TypeError(`${source} of at most ${LONGEST} characters; this one has ${user.length}`)
  return user
}

/** @throws TypeError for a value that identifies no user; what `userId` throws */
export function userIn(data: object, { userId }: UserSettings): string | undefined {
  const given: unknown = userId(data)
  if (given === undefined || given === null || given === false || given === '') return undefined
  return userFrom(given, 'userId option must return a string or a number, or undefined without a user')
}

/** Whether the session is to be saved, because its record names another user than its data. */
export function hasOtherUser(exchange: UserContext, session: Session): boolean {
  const { settings, sentId, isReadOnly } = exchange
  return (
    settings.users !== undefined && !isReadOnly && sentId === session.id && otherUser(exchange, session.id, shownOf(session)) !== undefined
  )
}

/** The user in the data, if the marks of the session have another one. */
export function otherUser(
  { lifetime, settings: { users } }: UserContext,
  id: string,
  data: object,
): { readonly user: string | undefined } | undefined {
  if (!users || !lifetime?.keepsMarks(id)) return undefined
  const user = userIn(data, users)
  return user === lifetime.known(id)?.u ? undefined : { user }
}

/** The user of the session as the store was last known to have it. */
export function storedUser({ changes: { known }, settings: { users } }: UserContext, id: string): string | undefined {
  if (!users || known?.id !== id) return undefined
  try {
    return userIn(JSON.parse(known.text) as object, users)
  } catch {
    return undefined
  }
}

/** The save has ended without an error, because the session no longer exists. */
export function wasDropped({ requestLifetime: { transaction } }: UserContext, id: string): boolean {
  return transaction?.id === id && transaction.isEnded
}

/** Whether an ID of a client is that of a registry, which is no session. No client has it, unless the secret is known. */
export function isRefused({ settings }: UserContext, id: string): boolean {
  return settings.users !== undefined && isRegistry(id)
}

/** Whether the client's session was ended while the request was under way: its cookie is cleared. */
export function hasBeenRevoked(exchange: UserContext): boolean {
  const { settings, sentId, host } = exchange
  return settings.users !== undefined && sentId !== undefined && sentId === host.sessionID && wasDropped(exchange, sentId)
}
