/**
 * One login of a user. It is no ID: renewals change the ID, and the entry stays.
 */
export interface Entry {
  /** The handle of the session. */
  readonly h: string
  /** The keys of its records, oldest first. A renewal adds one before it creates the record, so only one of them is in use. */
  readonly k: readonly string[]
  /** When the session was added, in milliseconds since 1970. */
  readonly t: number
  /** The login is under way: its record may not exist yet. */
  readonly p?: 1
  /** The session has been revoked. Its records are destroyed before the entry is removed. */
  readonly d?: 1
  /** The result of `describe`. */
  readonly w?: unknown
}

/** The sessions of one user. */
export interface Registry {
  /** Sessions that began earlier, in milliseconds since 1970, and are not listed, are refused. */
  readonly e?: number | undefined
  /** The number of sessions when their records were last looked for. */
  readonly n?: number | undefined
  /** Oldest first. */
  readonly s: readonly Entry[]
}

export const EMPTY: Registry = { s: [] }

/**
 * How long a login may be under way, in milliseconds. Then a process has crashed. Store calls time out after 10 seconds by default, and a login makes
 * a few of them.
 */
const LONGEST_LOGIN = 120_000

/** How many entries may be added before their records are looked for. */
const SWEPT_AFTER = 32

/** Whether the registry says nothing, so that it need not be stored. */
export function isEmpty({ e, s }: Registry): boolean {
  return e === undefined && s.length === 0
}

export function isRegistryData(value: unknown): value is Registry {
  if (typeof value !== 'object' || value === null) return false
  const { e, n, s } = value as Partial<Registry>
  return [e, n].every(number => number === undefined || Number.isFinite(number)) && Array.isArray(s) && s.every(isEntry)
}

function isEntry(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const { h, k, t } = value as Partial<Entry>
  return typeof h === 'string' && Number.isFinite(t) && Array.isArray(k) && k.every(key => typeof key === 'string')
}

export function entryOf({ s }: Registry, handle: string): Entry | undefined {
  return s.find(({ h }) => h === handle)
}

/** The registry with an entry in the place of the one with its handle, or as the last one. */
function withEntry(registry: Registry, entry: Entry): Registry {
  const { s } = registry
  const at = s.findIndex(({ h }) => h === entry.h)
  return { ...registry, s: at < 0 ? [...s, entry] : s.with(at, entry) }
}

export function without(registry: Registry, handles: readonly string[]): Registry {
  return { ...registry, s: registry.s.filter(({ h }) => !handles.includes(h)) }
}

/** @returns undefined if the registry has none of the entries */
export function removed(registry: Registry, handles: readonly string[]): Registry | undefined {
  return registry.s.some(({ h }) => handles.includes(h)) ? without(registry, handles) : undefined
}

/** Marks entries as dead: from now on, no request of these sessions succeeds in renewing or binding them. */
export function killed(registry: Registry, handles: readonly string[]): Registry {
  return { ...registry, s: registry.s.map(entry => (handles.includes(entry.h) ? { ...entry, d: 1 } : entry)) }
}

/** Whether the entry may be removed if it has no record. */
export function isSettled({ p, t }: Entry, now: number): boolean {
  return !p || t + LONGEST_LOGIN <= now
}

/** Removes entries whose records were found gone, unless a renewal has changed them meanwhile. */
export function withoutGone(registry: Registry, gone: readonly Entry[]): Registry {
  const s = registry.s.filter(entry => !gone.some(({ h, k }) => h === entry.h && k.join() === entry.k.join()))
  return { ...registry, s, n: s.length }
}

/** The limit of a user's sessions. */
export interface Limit {
  readonly max: number
  readonly then?: 'evict' | 'refuse' | undefined
}

export interface Login {
  readonly entry: Entry
  /** When the session began, if it was already used by this user before: in milliseconds since 1970. */
  readonly since: number | undefined
  /** The handle of the session that this one replaces, which does not count. */
  readonly replaced: string | undefined
  readonly limit: Limit | undefined
  /** The entries whose records were found gone; undefined if they have not been looked for. */
  readonly gone: readonly Entry[] | undefined
}

/** `'look'`: first, the records of the other entries are to be looked for. */
export type Admission = 'look' | 'refused' | 'revoked' | { readonly registry: Registry; readonly evicted: readonly Entry[] }

/** Adds the entry of a login that begins, and marks the oldest as dead if there are too many. */
export function admit(before: Registry, login: Login): Admission {
  const { entry, since, gone } = login
  const known = entryOf(before, entry.h)
  if (known) return known.d ? 'revoked' : { registry: withEntry(before, { ...known, k: keysWith(known.k, entry.k) }), evicted: [] }
  if (since !== undefined && before.e !== undefined && since < before.e) return 'revoked'
  return admitNew(gone ? withoutGone(before, gone) : before, login)
}

function admitNew(registry: Registry, { entry, replaced, limit, gone }: Login): Admission {
  const others = registry.s.filter(({ h, d }) => !d && h !== replaced)
  const surplus = limit ? Math.max(0, others.length + 1 - limit.max) : 0
  if (!gone && (surplus > 0 || registry.s.length >= 2 * (registry.n ?? 0) + SWEPT_AFTER)) return 'look'
  if (surplus > 0 && limit?.then === 'refuse') return 'refused'
  const evicted = others.slice(0, surplus)
  const handles = evicted.map(({ h }) => h)
  return { registry: withEntry(killed(registry, handles), { ...entry, p: 1 }), evicted }
}

/** The entry of a login whose record has been created. @returns undefined if it has been revoked meanwhile */
export function confirmed(registry: Registry, handle: string): Registry | undefined {
  const entry = entryOf(registry, handle)
  if (!entry || entry.d) return undefined
  const { p: _, ...settled } = entry
  return withEntry(registry, settled)
}

/**
 * Adds the key of the record that a renewal creates next.
 *
 * @param entry as it is if the registry has none for its handle
 * @returns undefined if the session has been revoked
 */
export function renewed(registry: Registry, entry: Entry, from: string, to: string): Registry | undefined {
  const known = entryOf(registry, entry.h) ?? entry
  if (known.d) return undefined
  // A session that has this key is no longer stored under the earlier ones
  const k = known.k.slice(Math.max(0, known.k.indexOf(from)))
  return withEntry(registry, { ...known, k: keysWith(k, [to]) })
}

/** The registry after a renewal that has failed. */
export function notRenewed(registry: Registry, handle: string, to: string): Registry | undefined {
  const entry = entryOf(registry, handle)
  return entry && !entry.d ? withEntry(registry, { ...entry, k: entry.k.filter(key => key !== to) }) : undefined
}

/** The records of a session that has left its user under this key, if there may be others: a renewal is under way. */
export function othersOf({ k }: Entry, key: string): readonly string[] {
  return k.slice(k.indexOf(key) + 1)
}

function keysWith(keys: readonly string[], more: readonly string[]): readonly string[] {
  return [...keys.filter(key => !more.includes(key)), ...more]
}
