import { describeType, describeValue } from '../../primitives/describe-value'
import { fromCallback, ignoreRejection, type Callback } from '../../primitives/callbacks'
import { endAndTell } from '../events/end-and-tell'
import { isMissing } from '../errors/store-errors'
import { marksIn } from '../record/marks'
import type { Marks } from '../record/reserved-key'
import { exchangeOf, type Carrier } from '../session/info'
import { checkCarrier } from '../session/update'
import type { HostExchange } from '../session/session'
import type { Settings } from '../settings/settings'
import type { StoreClient } from '../store/store-client'
import { isRegistry } from '../store/store-keys'
import { leave } from './logout'
import { list, type ListedSessions } from './list'
import { end, placeOf, type Place } from './records'
import { revokeAll } from './revoke-all'
import { userFrom } from './user-of'

/** The user of sessions, as `userId` returns it. */
export type UserId = string | number | bigint

/** Methods of the middleware for sessions of other requests. */
export interface SessionsOfUsers {
  /**
   * Destroys the session with this ID, as `req.session.destroy()` does. Requests in progress do not restore it. It is not an error if there is no
   * such session.
   *
   * @example const sessions = session(options); app.use(sessions); await sessions.end(id)
   * @throws TypeError for an invalid ID, and if sessions are kept in the cookie; errors of the store
   */
  end(id: string): Promise<void>
  /**
   * The sessions of a user, oldest login first. They have handles, and never IDs.
   *
   * @param current marks the session of this request, or of this Koa context
   * @throws TypeError without the option `userId`; errors of the store
   * @see `docs/session.md#sessionslistuserid`
   */
  list(userId: UserId, options?: { readonly current?: object }): Promise<ListedSessions>
  /**
   * Ends one session of a user. Requests in progress do not restore it: their save is dropped. It is not an error if there is no such session.
   *
   * @param handle from `list`, or from `session.info(req)`
   * @returns whether the user had the session
   * @throws TypeError without the option `userId`; errors of the store
   * @see `docs/session.md#sessionsrevokeuserid-handle`
   */
  revoke(userId: UserId, handle: string): Promise<boolean>
  /**
   * Ends all sessions of a user, such as after a change of the password. A session of the user that was never listed, because it is from before the option
   * `userId`, ends at its next request.
   *
   * @param except the session of this request, or of this Koa context, stays
   * @returns the number of sessions that have ended
   * @throws TypeError without the option `userId`; errors of the store
   * @see `docs/session.md#sessionsrevokealluserid`
   */
  revokeAll(userId: UserId, options?: { readonly except?: object }): Promise<number>
}

/** The methods, with the guard of an adapter. */
export interface Sessions<Guard = unknown> extends SessionsOfUsers {
  /**
   * A middleware for pages that ask for a recent login, such as a change of the password. It fails with the status 403 and the code
   * `ERR_SESSION_NOT_FRESH` if the user of the session has not authenticated within so many milliseconds.
   *
   * @throws TypeError without the option `userId`, and unless `ms` is a number above 0
   * @see `docs/session.md#sessionsrequirefreshms`
   */
  requireFresh(ms: number): Guard
}

/** The part of the settings that the methods need. */
export type MethodSettings = Pick<Settings, 'users' | 'events' | 'lifetime' | 'name' | 'diagnostics' | 'concurrency' | 'endsByRecord'>

/**
 * Finds the store of a call.
 *
 * @param current the exchange of the request that the call names
 * @throws TypeError if there is no store, or not one for all requests
 */
export type StoreClientOf = (method: string, current?: HostExchange) => StoreClient

/** The methods of a middleware. */
export function sessionsOf(storeClientOf: StoreClientOf, about: MethodSettings): SessionsOfUsers {
  const placeFor = (method: string, given: unknown, current?: HostExchange): Place => {
    needUsers(method, about)
    const storeClient = storeClientOf(method, current)
    return placeOf({ storeClient, settings: about }, userFrom(given, `sessions.${method} needs the user as a string or a number`))
  }
  const asked = <Value>(act: () => Promise<Value>): Promise<Value> => ignoreRejection(act())
  return {
    end: id => asked(() => endById(storeClientOf, about, id)),
    list: (userId, options) =>
      asked(async () => {
        const current = exchangeFor('list', 'current', options)
        return list(placeFor('list', userId, current), about, current)
      }),
    revoke: (userId, handle) => asked(async () => revoke(placeFor('revoke', userId), handle)),
    revokeAll: (userId, options) =>
      asked(async () => {
        const except = exchangeFor('revokeAll', 'except', options)
        return revokeAll(placeFor('revokeAll', userId, except), about.users, except)
      }),
  }
}

/** @throws TypeError without the option `userId` */
export function needUsers(method: string, { users }: Pick<MethodSettings, 'users'>): void {
  if (!users) throw new TypeError(`sessions.${method} needs the option userId; write userId: session => session.user, for example`)
}

/** @throws TypeError for options that are not `{ name: req }`, and if the request has no session */
function exchangeFor(method: string, name: string, options: object | undefined): HostExchange | undefined {
  if (options === undefined) return undefined
  // A forgotten name would end the session that is to stay
  if (typeof options !== 'object' || options === null || Object.keys(options).some(key => key !== name))
    throw new TypeError(`sessions.${method} needs { ${name}: req } or nothing, not ${describeType(options)}`)
  const carrier = (options as Record<string, unknown>)[name]
  if (carrier === undefined) return undefined
  checkCarrier(`sessions.${method}: ${name}`, carrier)
  const exchange = exchangeOf(carrier as Carrier)
  if (!exchange) throw new TypeError('the request has no session: use the session middleware first')
  return exchange
}

async function endById(storeClientOf: StoreClientOf, about: MethodSettings, id: unknown): Promise<void> {
  if (typeof id !== 'string' || !id) throw new TypeError(`sessions.end needs the ID of a session, not ${describeValue(id)}`)
  const storeClient = storeClientOf('end')
  const { users, events } = about
  // The list of a user is no session
  if (users && isRegistry(id)) return
  const marks = users && (await marksOf(storeClient, id))
  const destroy = (done: Callback): void => storeClient.destroy(id, err => done(isMissing(err) ? undefined : err))
  await fromCallback(done =>
    events.hasListener('ended') ? endAndTell(storeClient, id, { events, why: 'logout' }, destroy, done) : destroy(done),
  )
  if (marks?.u === undefined) return
  const place = placeOf({ storeClient, settings: about }, marks.u)
  await fromCallback(done => leave(place, { handle: marks.h, key: storeClient.keys.of(id) }, done))
}

function marksOf(storeClient: StoreClient, id: string): Promise<Marks | undefined> {
  return fromCallback(done => storeClient.get(id, (err, record) => done(err, record ? marksIn(record) : undefined)))
}

async function revoke(place: Place, handle: unknown): Promise<boolean> {
  if (typeof handle !== 'string' || !handle)
    throw new TypeError(`sessions.revoke needs the handle of a session, not ${describeValue(handle)}`)
  const ended = await end(place, ({ h }) => h === handle)
  return ended.length > 0
}

/** For sessions in the cookie. */
export function noStore(method: string): never {
  throw new TypeError(`sessions.${method} needs a store: a session that is kept in the cookie ends with its cookie, or with its secret`)
}
