import { shownOf } from '../record/session-view'
import type { HostExchange } from '../session/session'
import type { UserSettings } from '../settings/request-options'
import { change, finish, type Place } from './records'
import { entryOf, killed, newLogin, renewed, type Registry } from './registry'
import { userIn } from './user-of'

/**
 * Ends all sessions of a user, listed or not.
 *
 * @param except the exchange whose session stays
 */
export async function revokeAll(place: Place, users: UserSettings | undefined, except: HostExchange | undefined): Promise<number> {
  const handle = except?.info()?.handle
  // The session of an admin, for example, does not become one of the user
  const key = isOfUser(place, users, except) ? keyOf(except) : undefined
  // Also before a write whose reply was lost: they are dead when the change is repeated
  const alive = new Set<string>()
  const { result, known } = await change(place, before => {
    const meant = before.s.filter(({ h }) => h !== handle)
    for (const { h, d } of meant) if (!d) alive.add(h)
    const dead = killed(
      // The clock of another process may be ahead
      { ...before, e: Math.max(before.e ?? 0, Date.now()) },
      meant.map(({ h }) => h),
    )
    return { next: handle === undefined || key === undefined ? dead : kept(dead, handle, key), result: meant }
  })
  await finish(place, result, known)
  return result.filter(({ h }) => alive.has(h)).length
}

/** Whether the session is one of the user, as its marks or its data say: it may not be listed yet. */
function isOfUser({ user }: Place, users: UserSettings | undefined, exchange: HostExchange | undefined): boolean {
  const session = exchange?.session()
  if (!session || !users) return false
  return exchange?.info()?.userId === user || userIn(shownOf(session), users) === user
}

function keyOf(exchange: HostExchange | undefined): string | undefined {
  const session = exchange?.session()
  return session && exchange?.storeClient.keys.of(session.id)
}

/** The session that stays may not be listed yet, and would then be refused as an older one. */
function kept(registry: Registry, handle: string, key: string): Registry {
  if (entryOf(registry, handle)) return registry
  const entry = { h: handle, k: [], t: Date.now(), l: newLogin() }
  return renewed(registry, { entry, since: undefined, from: key, to: key }) ?? registry
}
