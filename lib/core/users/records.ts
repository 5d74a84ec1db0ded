import { fromCallback, type Callback, type ResultCallback } from '../../primitives/callbacks'
import type { Diagnosed } from '../diagnostics/diagnose'
import type { SessionEvents, Why } from '../diagnostics/session-events'
import { endAndTell, type Telling } from '../events/end-and-tell'
import { isMissing } from '../errors/store-errors'
import { isOver, passedLimit, type LifetimeContext } from '../lifetime/limits'
import { marksIn, separate } from '../record/marks'
import type { SessionData } from '../record/session-data'
import type { StoreClient } from '../store/store-client'
import { isKey } from '../store/store-keys'
import { isSettled, killed, removed, type Entry, type Registry } from './registry'
import { RegistryClient, type RegistryOutcome, type Changed, type KnownRegistry } from './registry-client'

/** The sessions of one user in one store. */
export interface Place {
  readonly storeClient: StoreClient
  readonly registries: RegistryClient
  readonly events: SessionEvents
  readonly user: string
}

interface Users {
  readonly storeClient: StoreClient
  readonly settings: Diagnosed & { readonly events: SessionEvents }
}

/** The sessions of one user, as an exchange or a method of the middleware changes them. */
export function placeOf({ storeClient, settings }: Users, user: string): Place {
  return { storeClient, user, events: settings.events, registries: new RegistryClient(storeClient, settings) }
}

/** An entry with the record of its session. */
export interface FoundEntry {
  readonly entry: Entry
  /** Undefined if the session no longer exists. */
  readonly record: SessionData | undefined
}

/** How many entries are worked on at the same time. */
const AT_ONCE = 64

/** Changes the registry of a user. @param known what an earlier change has left in the store, so that it need not be read */
export function change<Result>(
  { registries, user }: Place,
  make: (registry: Registry) => RegistryOutcome<Result>,
  known?: KnownRegistry,
): Promise<Changed<Result>> {
  return fromCallback(done => registries.change(user, make, done, known))
}

/** Reads the records of entries. */
export async function lookFor(place: Place, entries: readonly Entry[]): Promise<readonly FoundEntry[]> {
  const found: FoundEntry[] = []
  await some(entries, async (entry, at) => void (found[at] = { entry, record: await recordOf(place, entry) }))
  return found
}

/** As a callback, outside of the promise. */
export function lookThen(place: Place, entries: readonly Entry[], done: ResultCallback<readonly FoundEntry[]>): void {
  lookFor(place, entries).then(
    found => process.nextTick(done, null, found),
    err => process.nextTick(done, err),
  )
}

/** In the order of the keys: a session that has been moved from one is stored under the next. */
async function recordOf({ storeClient, user }: Place, { k }: Entry): Promise<SessionData | undefined> {
  for (const key of k) {
    const record = await get(storeClient, key)
    if (record && isOf(record, user)) return record
  }
  return undefined
}

/** Whether a record is of a session of this user, and not the marker of one that has moved. */
function isOf(record: SessionData, user: string): boolean {
  const marks = marksIn(record) as { readonly u?: string; readonly m?: unknown } | undefined
  return marks?.u === user && (marks.m ?? null) === null
}

/** The entries without a record. */
export function goneOf(found: readonly FoundEntry[]): readonly Entry[] {
  const now = Date.now()
  return found.filter(({ entry, record }) => !record && !entry.d && isSettled(entry, now)).map(({ entry }) => entry)
}

/** What became of the other sessions of a user. */
export interface Looked {
  /** The entries whose records were found gone. */
  readonly gone: readonly Entry[]
  /** Why sessions are over that the store still has, by their handles. Some stores keep them until a request asks for them, which may never come. */
  readonly over: ReadonlyMap<string, Why>
}

/** Judges the records that were looked for. */
export function lookedAt(exchange: LifetimeContext, found: readonly FoundEntry[]): Looked {
  const over = new Map<string, Why>()
  for (const { entry, record } of found) {
    if (record && isOver(exchange, record)) over.set(entry.h, passedLimit(exchange, separate({ record, moment: undefined })))
  }
  return { gone: goneOf(found), over }
}

/** Ends the sessions of entries that meet a condition: marks them as dead, destroys the records, removes the entries. */
export async function end(place: Place, isMeant: (entry: Entry) => boolean): Promise<readonly Entry[]> {
  const { result, known } = await change(place, registry => {
    const meant = registry.s.filter(isMeant)
    const handles = meant.map(({ h }) => h)
    return { next: meant.some(({ d }) => !d) ? killed(registry, handles) : undefined, result: meant }
  })
  await finish(place, result, known)
  return result
}

/** Destroys the records of dead entries, then removes the entries, except those of logins that may still create a record. */
export async function finish(place: Place, dead: readonly Entry[], known?: KnownRegistry): Promise<void> {
  if (dead.length === 0) return
  await destroyRecords(place, dead)
  const handles = settledOf(dead)
  if (handles.length > 0) await change(place, registry => ({ next: removed(registry, handles), result: undefined }), known)
}

/** The handles of dead entries to which no login may still add a record. */
export function settledOf(dead: readonly Entry[]): readonly string[] {
  const now = Date.now()
  return dead.filter(entry => isSettled(entry, now)).map(({ h }) => h)
}

/** @param whys why sessions end that have not been revoked, by their handles */
export async function destroyRecords(place: Place, entries: readonly Entry[], whys?: ReadonlyMap<string, Why>): Promise<void> {
  await some(entries, ({ h, k, w }) => destroyAll(place, k, { why: whys?.get(h) ?? 'revoked', about: w, handle: h, userId: place.user }))
}

/** Destroys the records of one session, in the order of the keys: a renewal moves it from one to the next. */
export async function destroyAll(place: Place, keys: readonly string[], end: Omit<Telling, 'events'>): Promise<void> {
  const { events } = place
  for (const key of keys) {
    // After a crash, or if the list could not be written, a session of another user may still be listed here
    if (await isOfOther(place, key)) continue
    await fromCallback(done => destroy(place, key, { ...end, events }, err => done(isMissing(err) ? null : err)))
  }
}

/** What cannot be read is destroyed, as what has no user: a login under way may have created it. */
async function isOfOther({ storeClient, user }: Place, key: string): Promise<boolean> {
  const record = await get(storeClient, key).catch(() => undefined)
  const owner = record ? marksIn(record)?.u : undefined
  return owner !== undefined && owner !== user
}

function destroy({ storeClient }: Place, key: string, telling: Telling, done: Callback): void {
  const isHashed = isKey(key)
  const remove = (done: Callback): void => (isHashed ? storeClient.byKey.destroy(key, done) : storeClient.destroy(key, done))
  if (!telling.events.hasListener('ended')) return remove(done)
  // In this process, a session is known by its ID
  const id = isHashed ? storeClient.byKey.idOf(key) : key
  if (id === undefined) endAndTell(storeClient.byKey, key, telling, remove, done)
  else endAndTell(storeClient, id, telling, remove, done)
}

function get(storeClient: StoreClient, key: string): Promise<SessionData | null | undefined> {
  return fromCallback(done => (isKey(key) ? storeClient.byKey : storeClient).get(key, (err, record) => done(err, record ?? undefined)))
}

/** Calls `act` for each item, for some of them at the same time. */
async function some<Item>(items: readonly Item[], act: (item: Item, at: number) => Promise<void>): Promise<void> {
  let next = 0
  const work = async (): Promise<void> => {
    while (next < items.length) {
      const at = next++
      await act(items[at] as Item, at)
    }
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, work))
}
