import { dateOf, hasPassed, isPastLimits, possibleLifetime } from '../record/lifetime'
import { marksIn } from '../record/marks'
import type { Marks } from '../record/reserved-key'
import type { SessionData } from '../record/session-data'
import type { HostExchange } from '../session/session'
import type { LifetimeSettings } from '../settings/lifetime-options'
import type { Settings } from '../settings/settings'
import { change, finish, goneOf, lookFor, type FoundEntry, type Place } from './records'
import { withoutGone, type Entry, type Registry } from './registry'

/** One session of a user. */
export interface ListedSession {
  /** A public name of the session, for `revoke`. It stays the same when the ID changes, and cannot be used as one. */
  readonly handle: string
  /** When the session was created. */
  readonly createdAt: Date
  /** When the user last authenticated. */
  readonly authenticatedAt: Date
  /** The last request that the record tells of: a save, or a touch if the store writes the record for it. */
  readonly seenAt: Date
  /** When the session ends if no other request comes; null if it has no end, or the record does not tell. */
  readonly expiresAt: Date | null
  /** The result of `describe` at the login; undefined without that option. */
  readonly about: unknown
  /** Present on the session of the request in the option `current`. */
  readonly current?: true
}

/** The sessions of a user. */
export interface ListedSessions extends ReadonlyArray<ListedSession> {
  /** False if the store does not compare versions: then the list is exact only if one process uses the store. */
  readonly exact: boolean
}

type ListSettings = Pick<Settings, 'lifetime' | 'concurrency' | 'endsByRecord'>

/** Lists the sessions that exist, and removes the entries of others. */
export async function list(place: Place, about: ListSettings, current: HostExchange | undefined): Promise<ListedSessions> {
  const { result } = await change<Registry>(place, registry => ({ result: registry }))
  const found = await lookFor(
    place,
    result.s.filter(({ d }) => !d),
  )
  const handle = current?.info()?.handle
  const listed = found.flatMap(found => listedOf(found, about, handle))
  await tidy(place, result, goneOf(found))
  const exact = place.storeClient.compares && about.concurrency !== 'off'
  return Object.defineProperty(listed, 'exact', { value: exact }) as unknown as ListedSessions
}

/** Ends what a crashed process was ending, and forgets sessions that have ended by themselves. */
async function tidy(place: Place, { s }: Registry, gone: readonly Entry[]): Promise<void> {
  await finish(
    place,
    s.filter(({ d }) => d),
  )
  if (gone.length > 0) await change(place, registry => ({ next: withoutGone(registry, gone), result: undefined }))
}

function listedOf({ entry, record }: FoundEntry, about: ListSettings, current: string | undefined): ListedSession[] {
  const { lifetime } = about
  const marks = record && marksIn(record)
  const now = Date.now()
  if (!marks || hasPassed(about, record) || (lifetime && isPastLimits(marks, lifetime, { now }))) return []
  return [
    {
      handle: entry.h,
      createdAt: new Date(marks.c),
      authenticatedAt: new Date(marks.a),
      ...timesOf(record, marks, { lifetime, now }),
      about: entry.w,
      ...(entry.h === current && { current: true as const }),
    },
  ]
}

interface Now {
  readonly lifetime: LifetimeSettings | undefined
  readonly now: number
}

/** From the end in the record. A touch may have moved only an end that the store keeps elsewhere. */
function timesOf(record: SessionData, { c, a }: Marks, { lifetime, now }: Now): Pick<ListedSession, 'seenAt' | 'expiresAt'> {
  const { idle = Infinity, absolute = Infinity } = lifetime ?? {}
  const written = dateOf(record)
  const life = idle < Infinity ? idle : possibleLifetime(record.cookie)
  const seen = written !== undefined && life !== null && written < a + absolute ? Math.min(written - life, now) : 0
  const end = written !== undefined && written > now ? written : a + absolute
  return { seenAt: new Date(Math.max(seen, c, a)), expiresAt: end < Infinity ? new Date(end) : null }
}
