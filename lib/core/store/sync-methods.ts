import { isTraced, storeCall, tracedSync } from '../diagnostics/store-tracing'
import type { Likeness } from '../record/json-equality'
import type { SessionData } from '../record/session-data'
import type { ResultCallback } from '../../primitives/callbacks'
import type { Outcome, SessionStore } from './contract'
import type { Version } from '../record/snapshot'

/** What a store has of a session, returned synchronously. */
export interface Fetched {
  /** The caller may change it. */
  readonly record: SessionData
  readonly version: Version
  /** The record's data, if it is not changed before it becomes a session. */
  readonly likeness: Likeness | undefined
}

/**
 * The methods of a store that responds synchronously and fails only by throwing: it needs no callback, timeout or guard against a second response.
 * @template S the store
 */
export interface SyncStore<S = SessionStore> {
  get(store: S, id: string): Fetched | undefined
  set(store: S, id: string, session: SessionData): void
  touch(store: S, id: string, session: SessionData): void
  destroy(store: S, id: string): void
  /** @param text the data as `serializeData` gives them, if they are known */
  compareAndSet(store: S, id: string, session: SessionData, version: Version | null, text?: string): Outcome
}

/** The key on the method itself: a map of methods would be looked up several times per request. */
const TWIN = Symbol('resession.at-once')

interface Paired {
  readonly method: object
  readonly twin: unknown
}

/** Registers a synchronous equivalent of a store method. Replacing the method disables it. */
export function registerSync<Name extends keyof SyncStore, S>(method: object, twin: SyncStore<S>[Name]): void {
  Object.defineProperty(method, TWIN, { value: { method, twin } satisfies Paired })
}

/** The synchronous equivalent of a store method. @returns undefined if it has none, or was replaced */
export function syncOf<Name extends keyof SyncStore>(store: SessionStore, name: Name): SyncStore[Name] | undefined {
  const method = store[name] as { [TWIN]?: Paired } | undefined
  const paired = method?.[TWIN]
  // A spy may copy all properties of the method
  return paired?.method === method ? (paired?.twin as SyncStore[Name]) : undefined
}

/**
 * Thrown by a synchronous method that would have to wait, for a lock for example: then the asynchronous one is called. Until that has responded,
 * synchronous methods of the store throw this too if they would overtake it.
 */
export const NOT_AT_ONCE = Symbol('resession.not-at-once')

/**
 * Calls back with the result of `act`, which calls a method of the store.
 *
 * @returns false if `act` has to wait; it has not called back then
 */
export function answer<Value>(store: SessionStore, method: keyof SyncStore, act: () => Value, done: ResultCallback<Value>): boolean {
  let value: Value
  try {
    value = isTraced() ? tracedSync(storeCall(store, method), act, thrown => thrown === NOT_AT_ONCE) : act()
  } catch (thrown) {
    if (thrown === NOT_AT_ONCE) return false
    done(thrown)
    return true
  }
  done(undefined, value)
  return true
}
