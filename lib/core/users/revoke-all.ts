import type { HostExchange } from '../session/session'
import { change, finish, type Place } from './records'
import { entryOf, killed, renewed, type Registry } from './registry'

/**
 * Ends all sessions of a user, listed or not.
 *
 * @param except the exchange whose session stays
 */
export async function revokeAll(place: Place, except: HostExchange | undefined): Promise<number> {
  const handle = except?.info()?.handle
  const key = handle === undefined ? undefined : keyOf(except)
  const { result, known } = await change(place, before => {
    const meant = before.s.filter(({ h }) => h !== handle)
    const dead = killed(
      { ...before, e: Date.now() },
      meant.map(({ h }) => h),
    )
    return { next: handle === undefined || key === undefined ? dead : kept(dead, handle, key), result: meant }
  })
  await finish(place, result, known)
  return result.filter(({ d }) => !d).length
}

function keyOf(exchange: HostExchange | undefined): string | undefined {
  const session = exchange?.session()
  return session && exchange?.port.keys.of(session.id)
}

/** The session that stays may not be listed yet, and would then be refused as an older one. */
function kept(registry: Registry, handle: string, key: string): Registry {
  if (entryOf(registry, handle)) return registry
  return renewed(registry, { h: handle, k: [], t: Date.now() }, key, key) ?? registry
}
