import { isDeepStrictEqual } from 'node:util'

/** A session's data without its cookie, as JSON has it. */
export type Data = Record<string, unknown>

/** What a request has changed, as far as it applies to the stored record. */
export interface Edits {
  /** The keys whose value becomes the request's. */
  readonly put: readonly string[]
  readonly removed: readonly string[]
  /** The keys of `put` to which another request has given another value. The request's value wins, because it is the later one. */
  readonly conflicts: readonly string[]
}

/**
 * A three-way merge per top-level key: a request writes no key that it did not change, and a key that either side has deleted stays deleted.
 * Not deeper: from `{ id: 1, role: 'admin' }` and `{ id: 2, role: 'user' }`, a deep merge makes a user with rights that were never granted.
 *
 * @param base the data that the request began with. @param mine what it has made of them. @param fresh the stored data
 */
export function merge(base: Data, mine: Data, fresh: ReadonlyMap<string, unknown>): Edits {
  const put: string[] = []
  const conflicts: string[] = []
  for (const key of Object.keys(mine)) {
    const isKnown = Object.hasOwn(base, key)
    const isStored = fresh.has(key)
    if (isKnown && (!isStored || isSame(base[key], mine[key]))) continue
    put.push(key)
    const stored = fresh.get(key)
    if (isStored && !(isKnown && isSame(base[key], stored)) && !isSame(mine[key], stored)) conflicts.push(key)
  }
  const removed = Object.keys(base).filter(key => !Object.hasOwn(mine, key) && fresh.has(key))
  return { put, removed, conflicts }
}

/** Whether a key has another value, or was added or removed. */
export function changed(key: string, before: Data, after: Data): boolean {
  return Object.hasOwn(before, key) !== Object.hasOwn(after, key) || !isSame(before[key], after[key])
}

/** Whether two values of JSON are equal. The order of keys does not count, because databases change it. */
export function isSame(one: unknown, other: unknown): boolean {
  return one === other || isDeepStrictEqual(one, other)
}

/** Merges attribute by attribute: an attribute that the request did not change has the stored value. Not for dates, which follow from the lifetime. */
export function mergeAttributes<Attributes extends object>(base: Attributes, mine: Attributes, fresh: Attributes): Attributes {
  const names = Object.keys({ ...fresh, ...mine }) as (keyof Attributes)[]
  return Object.fromEntries(names.map(name => [name, Object.is(base[name], mine[name]) ? fresh[name] : mine[name]])) as Attributes
}
