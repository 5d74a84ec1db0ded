import { isDeepStrictEqual } from 'node:util'

/** A session's data but for its cookie, as JSON has them. */
export type Data = Record<string, unknown>

export type Side = 'mine' | 'fresh'

export interface Merged {
  /** Which keys there are, and whose value each has. */
  readonly sides: ReadonlyMap<string, Side>
  /** The keys that both have given another value: mine holds, since it comes last. */
  readonly conflicts: readonly string[]
}

/**
 * What becomes of a session that two have changed, key by key: nobody writes what they did not change, and what either has deleted stays deleted.
 * Not deeper than that: of `{ id: 1, role: 'admin' }` and `{ id: 2, role: 'user' }` a deep merge makes a user whom nobody has let in.
 *
 * @param base what I began with
 * @param mine what I have made of it
 * @param fresh what the store has by now
 */
export function merge(base: Data, mine: Data, fresh: Data): Merged {
  const sides = new Map<string, Side>()
  const conflicts: string[] = []
  for (const key of new Set([...Object.keys(fresh), ...Object.keys(mine)])) {
    const side = choose(key, base, mine, fresh)
    if (!side) continue
    sides.set(key, side)
    if (side === 'mine' && changed(key, base, fresh) && !isDeepStrictEqual(mine[key], fresh[key])) conflicts.push(key)
  }
  return { sides, conflicts }
}

function choose(key: string, base: Data, mine: Data, fresh: Data): Side | undefined {
  const [was, isMine, isFresh] = [base, mine, fresh].map(data => Object.hasOwn(data, key)) as [boolean, boolean, boolean]
  if (was && (!isMine || !isFresh)) return undefined
  return isMine && changed(key, base, mine) ? 'mine' : 'fresh'
}

/** Whether a key has another value, or has come or gone. */
export function changed(key: string, before: Data, after: Data): boolean {
  return Object.hasOwn(before, key) !== Object.hasOwn(after, key) || !isDeepStrictEqual(before[key], after[key])
}

/** Attribute by attribute: what I did not change is as fresh as can be. Not for dates, which follow from the lifetime. */
export function mergeAttributes<Attributes extends object>(base: Attributes, mine: Attributes, fresh: Attributes): Attributes {
  const names = Object.keys({ ...fresh, ...mine }) as (keyof Attributes)[]
  return Object.fromEntries(names.map(name => [name, Object.is(base[name], mine[name]) ? fresh[name] : mine[name]])) as Attributes
}
