import { isPromise } from '../../primitives/callbacks'
import { optionError } from '../errors/option-errors'
import type { Host } from '../session/session'
import { isRegistry, REGISTRY } from '../store/store-keys'
import type { MaxSessions, Options, PerHost } from './options'

/** The options that decide whether a request has a session and may change it, and about its user, its cookie and caching. */
export interface RequestSettings extends UserOptions {
  /** The requests without a session. */
  readonly skip: PerHost<Host, boolean> | undefined
  /** The requests that only read their session. */
  readonly readOnly: PerHost<Host, boolean> | undefined
  /** Whether caches are forbidden to store responses that set the cookie. */
  readonly forbidsCaching: boolean
  /** Whether the cookie of a session that has ended is cleared. */
  readonly clearsCookie: boolean
}

type Own = Partial<Pick<Options, 'skip' | 'readOnly' | 'cacheControl' | 'clearCookie'>>

/** @throws TypeError for an option that can never work */
export function settleRequests(options: Own & UserGiven): RequestSettings {
  const { skip, readOnly, cacheControl, clearCookie = false } = options
  const example = 'write req => req.path.startsWith("/assets/"), for example'
  if (skip !== undefined && typeof skip !== 'function') throw optionError('skip', 'be a function', skip, example)
  if (readOnly !== undefined && typeof readOnly !== 'function') throw optionError('readOnly', 'be a function', readOnly, example)
  if (cacheControl !== undefined && cacheControl !== 'auto') {
    throw optionError('cacheControl', 'be "auto"', cacheControl, 'set the header in the app for any other value')
  }
  if (typeof clearCookie !== 'boolean') throw optionError('clearCookie', 'be true or false', clearCookie)
  return { ...settleUsers(options), skip, readOnly, forbidsCaching: cacheControl === 'auto', clearsCookie: clearCookie }
}

/** The options for the sessions of a user. */
export interface UserSettings {
  readonly userId: NonNullable<Options['userId']>
  readonly describe: Options['describe']
  readonly limit: MaxSessions | undefined
}

type UserGiven = Partial<Pick<Options, 'userId' | 'describe' | 'maxSessionsPerUser' | 'validate'>>

/** The options about who uses a session. */
export interface UserOptions {
  /** How the user of a session is known, if sessions are listed by user. */
  readonly users: UserSettings | undefined
  /** Whether a session that was read is accepted. */
  readonly validate: Options['validate']
}

const EXAMPLE = 'write session => session.user, for example'

/** @throws TypeError for an option that can never work */
export function settleUsers(given: UserGiven): UserOptions {
  const { userId, describe, maxSessionsPerUser, validate } = given
  checkFunctions(given)
  const limit = limitOf(maxSessionsPerUser)
  if (userId) return { users: { userId, describe, limit }, validate }
  const needing = Object.entries({ maxSessionsPerUser, describe }).find(([, value]) => value !== undefined)
  if (needing) throw new TypeError(`${needing[0]} option needs userId; ${EXAMPLE}`)
  return { users: undefined, validate }
}

function checkFunctions({ userId, describe, validate }: UserGiven): void {
  if (userId !== undefined && typeof userId !== 'function') throw optionError('userId', 'be a function', userId, EXAMPLE)
  if (describe !== undefined && typeof describe !== 'function')
    throw optionError('describe', 'be a function', describe, 'write req => ({ agent: req.headers["user-agent"] }), for example')
  if (validate !== undefined && typeof validate !== 'function')
    throw optionError(
      'validate',
      'be a function',
      validate,
      'write (session, req) => session.version === versionOf(session.user), for example',
    )
}

/** @throws TypeError for sessions in the cookie, which nothing on the server knows */
export function refuseUsersInCookie({ userId, describe, maxSessionsPerUser }: UserGiven): void {
  const needing = Object.entries({ userId, describe, maxSessionsPerUser }).find(([, value]) => value !== undefined)
  if (needing)
    throw new TypeError(`${needing[0]} option needs a store: a session that is kept in the cookie can be neither listed nor revoked`)
}

/** @returns a `genid` that throws a TypeError for the ID of a registry */
export function withoutRegistries(genid: PerHost<Host, string>): PerHost<Host, string> {
  return host => {
    const id = genid(host)
    return isPromise<string>(id) ? id.then(checkNoRegistry) : checkNoRegistry(id)
  }
}

function checkNoRegistry(id: string): string {
  if (typeof id === 'string' && isRegistry(id))
    throw new TypeError(`genid must give an ID that does not begin with "${REGISTRY}", if userId is set`)
  return id
}

function limitOf(given: UserGiven['maxSessionsPerUser']): MaxSessions | undefined {
  if (given === undefined || given === Infinity) return undefined
  const { max, then = 'evict' } = typeof given === 'object' && given !== null ? given : { max: given }
  if (!Number.isSafeInteger(max) || max < 1 || !['evict', 'refuse'].includes(then)) {
    throw optionError('maxSessionsPerUser', 'be a number of at least 1, or { max, then: "evict" } or { max, then: "refuse" }', given)
  }
  return { max, then }
}
