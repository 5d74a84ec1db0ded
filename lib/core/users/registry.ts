import { randomBytes } from 'node:crypto'
import { isKey, type StoreKeys } from '../store/store-keys'

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
  /** When a renewal last began, in milliseconds since 1970: its record may not exist yet. */
  readonly r?: number
  /** Random, and another one for each login with this handle: the end of an earlier login does not remove the entry of a later one. */
  readonly l?: string
  /** A login, or a renewal after the user has left, is under way: its record may not exist yet. */
  readonly p?: 1
  /** The session has been revoked. Its records are destroyed before the entry is removed. */
  readonly d?: 1
  /** The result of `describe`. */
  readonly w?: unknown
}

/** The sessions of one user. */
export interface Registry {
  /** Sessions that began by then, in milliseconds since 1970, and are not listed, are refused. */
  readonly e?: number | undefined
  /** The number of sessions when their records were last looked for. */
  readonly n?: number | undefined
  /** Oldest first. */
  readonly s: readonly Entry[]
}

/** The registry of a user who has never logged in. */
export const EMPTY: Registry = { s: [] }

/** In bytes. Two logins with one handle are only told apart while both are under way. */
const LOGIN_BYTES = 6

/** A random name for one login, which the entry of the session has. */
export function newLogin(): string {
  return randomBytes(LOGIN_BYTES).toString('base64url')
}

/**
 * How long a login or a renewal may be under way, in milliseconds. Then a process has crashed. Store calls time out after 10 seconds by default, and a
 * login makes a few of them.
 */
const LONGEST_LOGIN = 120_000

/** How many entries may be added before their records are looked for. */
const SWEPT_AFTER = 32

/** Whether the registry says nothing, so that it need not be stored. */
export function isEmpty({ e, s }: Registry): boolean {
  return e === undefined && s.length === 0
}

/** The entry of a session, by its handle. */
export function entryOf({ s }: Registry, handle: string): Entry | undefined {
  return s.find(({ h }) => h === handle)
}

/** The registry with the keys that records have now: entries from before `hashIds` have IDs. The next change stores it. */
export function withKeys(registry: Registry, keys: Pick<StoreKeys, 'mode' | 'allOf'>): Registry {
  if (!keys.mode || registry.s.every(({ k }) => k.every(isKey))) return registry
  return { ...registry, s: registry.s.map(entry => ({ ...entry, k: [...new Set(entry.k.flatMap(key => keys.allOf(key)))] })) }
}

/** The registry with an entry in the place of the one with its handle, or as the last one. */
function withEntry(registry: Registry, entry: Entry): Registry {
  const { s } = registry
  const at = s.findIndex(({ h }) => h === entry.h)
  return { ...registry, s: at < 0 ? [...s, entry] : s.with(at, entry) }
}

/** The registry without the entries of these handles. */
export function without(registry: Registry, handles: readonly string[]): Registry {
  const meant = new Set(handles)
  return { ...registry, s: registry.s.filter(({ h }) => !meant.has(h)) }
}

/** @returns undefined if the registry has none of the entries */
export function removed(registry: Registry, handles: readonly string[]): Registry | undefined {
  const next = without(registry, handles)
  return next.s.length < registry.s.length ? next : undefined
}

/** Removes the entry of one login, and not that of a later login with the same handle. @returns undefined if it is not there */
export function withoutLogin(registry: Registry, { h, l }: Pick<Entry, 'h' | 'l'>): Registry | undefined {
  return entryOf(registry, h)?.l === l ? removed(registry, [h]) : undefined
}

/** Marks entries as dead: from now on, no request of these sessions succeeds in renewing or binding them. */
export function killed(registry: Registry, handles: readonly string[]): Registry {
  const meant = new Set(handles)
  return { ...registry, s: registry.s.map(entry => (meant.has(entry.h) ? { ...entry, d: 1 } : entry)) }
}

/** The entries of `before` that are dead in `after`. */
export function deadOf(before: Registry, after: Registry): readonly Entry[] {
  const handles = new Set(after.s.filter(({ d }) => d).map(({ h }) => h))
  return before.s.filter(({ h }) => handles.has(h))
}

/** Whether no login and no renewal may still create a record of the entry. */
export function isSettled({ p, t, r = 0 }: Entry, now: number): boolean {
  return Math.max(p ? t : 0, r) + LONGEST_LOGIN <= now
}

/** Removes entries whose records were found gone, unless a renewal or a login has changed them meanwhile. */
export function withoutGone(registry: Registry, gone: readonly Entry[]): Registry {
  const found = new Map(gone.map(entry => [entry.h, entry]))
  const s = registry.s.filter(entry => !isSame(entry, found.get(entry.h)))
  return { ...registry, s, n: s.length }
}

function isSame(entry: Entry, other: Entry | undefined): boolean {
  return other !== undefined && entry.l === other.l && entry.k.join() === other.k.join()
}

/** The limit of a user's sessions. */
export interface Limit {
  readonly max: number
  readonly then?: 'evict' | 'refuse' | undefined
}

/** A login that is added to the registry of its user. */
export interface AddedLogin {
  readonly entry: Entry
  /** When the session began, if it was already used by this user before: in milliseconds since 1970. */
  readonly since: number | undefined
  /** The handle of the session that this one replaces, which does not count, and ends. */
  readonly replaced: string | undefined
  readonly limit: Limit | undefined
  /** The entries whose records were found gone; undefined if they have not been looked for. */
  readonly gone: readonly Entry[] | undefined
  /** The handles of sessions that the store still has, although their limit has passed: they do not count, and end. */
  readonly over: ReadonlyMap<string, unknown> | undefined
}

/** `'look'`: first, the records of the other entries are to be looked for. */
export type Admission = 'look' | 'refused' | 'revoked' | { readonly registry: Registry; readonly evicted: readonly Entry[] }

/** Adds the entry of a login that begins, and marks the oldest as dead if there are too many. */
export function admit(before: Registry, login: AddedLogin): Admission {
  const { entry, since, gone } = login
  const known = entryOf(before, entry.h)
  if (known?.d) return 'revoked'
  if (known) return { registry: withEntry(before, againIn(known, entry)), evicted: [] }
  if (isRefused(before, since)) return 'revoked'
  return admitNew(gone ? withoutGone(before, gone) : before, login)
}

/** Whether a session that is not listed may have begun before the last revocation of all. In the same millisecond, it may: a login since then is listed. */
function isRefused({ e }: Registry, since: number | undefined): boolean {
  return since !== undefined && e !== undefined && since <= e
}

/** Another login with the same handle. The entry stays until its record exists, as that of a first login. */
function againIn(known: Entry, { k, l, t }: Entry): Entry {
  return { ...known, k: keysWith(known.k, k), ...(l !== undefined && { l }), t, p: 1 }
}

function admitNew(registry: Registry, { entry, replaced, limit, gone, over }: AddedLogin): Admission {
  const others = registry.s.filter(({ h, d }) => !d && h !== replaced && !over?.has(h))
  const surplus = limit ? Math.max(0, others.length + 1 - limit.max) : 0
  if (!gone && (surplus > 0 || registry.s.length >= 2 * (registry.n ?? 0) + SWEPT_AFTER)) return 'look'
  if (surplus > 0 && limit?.then === 'refuse') return 'refused'
  const evicted = others.slice(0, surplus)
  const handles = [...(over?.keys() ?? []), ...evicted.map(({ h }) => h)]
  // If the replaced session is still listed, a renewal of another request has given it another ID before it was destroyed
  const dead = replaced === undefined ? handles : [...handles, replaced]
  return { registry: withEntry(killed(registry, dead), { ...entry, p: 1 }), evicted }
}

/**
 * The entry of a login whose record has been created. If another login with this handle is under way, the entry waits for that one.
 *
 * @returns undefined if it has been revoked meanwhile
 */
export function confirmed(registry: Registry, { h, l }: Pick<Entry, 'h' | 'l'>): Registry | undefined {
  const entry = entryOf(registry, h)
  if (!entry || entry.d) return undefined
  if (entry.l !== l) return registry
  const { p: _, ...settled } = entry
  return withEntry(registry, settled)
}

/** A renewal that begins. */
export interface Renewal {
  /** The entry if the registry has none for the handle. Its time is that of the renewal. */
  readonly entry: Entry
  /** When the session began, in milliseconds since 1970; undefined if it is listed in any case. */
  readonly since: number | undefined
  /** The key of the record. */
  readonly from: string
  /** The key of the record that is created next. */
  readonly to: string
}

/** Adds the key of the record that a renewal creates next. @returns undefined if the session has been revoked */
export function renewed(registry: Registry, { entry, since, from, to }: Renewal): Registry | undefined {
  const listed = entryOf(registry, entry.h)
  const known = listed ?? entry
  if (known.d || (!listed && isRefused(registry, since))) return undefined
  return withEntry(registry, { ...known, k: withNext(keysFrom(known.k, from), from, to), ...(from !== to && { r: entry.t }) })
}

/** The keys under which a session may be stored that has the key `from`: no longer the earlier ones, except its ID from before `hashIds`. */
function keysFrom(keys: readonly string[], from: string): readonly string[] {
  const at = keys.indexOf(from)
  // The record under an unlisted key was read, so it is taken for the latest
  if (at < 0) return [...keys, from]
  const isMoved = at > 0 && isKey(from) && !isKey(keys[at - 1] as string)
  return keys.slice(isMoved ? at - 1 : at)
}

/** A key after the one that its record comes from. The last keys are those of records that crashed renewals may have left. */
function withNext(keys: readonly string[], from: string, to: string): readonly string[] {
  const others = keys.filter(key => key !== to)
  return others.toSpliced(others.indexOf(from) + 1, 0, to)
}

/**
 * The registry after a renewal that has failed.
 *
 * @param renewal if it has added the entry, that is removed: it would count as a session whose record may still be created. Unless another renewal uses it
 */
export function notRenewed(registry: Registry, { entry: { h, l }, from, to }: Renewal): Registry | undefined {
  const entry = entryOf(registry, h)
  if (!entry || entry.d) return undefined
  const k = entry.k.filter(key => key !== to)
  return entry.l === l && k.every(key => key === from) ? removed(registry, [h]) : withEntry(registry, { ...entry, k })
}

/**
 * The registry after the user has left a session. A renewal under way may still create a record with the user, under another key: then the entry stays
 * until it is certain that there is none.
 *
 * @param before the entry before the session was saved without the user
 * @param key of the session
 */
export function leftBy(registry: Registry, before: Entry, key: string): Registry | undefined {
  const entry = entryOf(registry, before.h)
  // Another login with this handle has begun, or has been stored meanwhile
  if (!entry || entry.d || entry.p || before.p || entry.l !== before.l) return undefined
  const others = othersOf(entry, key)
  return others.length > 0 ? withEntry(registry, { ...entry, k: others, p: 1, t: Date.now() }) : removed(registry, [entry.h])
}

/** The records of a session that has left its user under this key, if there may be others: a renewal is under way. */
export function othersOf({ k }: Entry, key: string): readonly string[] {
  return k.slice(k.indexOf(key) + 1)
}

function keysWith(keys: readonly string[], more: readonly string[]): readonly string[] {
  return [...keys.filter(key => !more.includes(key)), ...more]
}
