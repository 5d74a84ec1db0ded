import type { Likeness } from '../record/json-equality'
import type { SessionData } from '../record/session-data'
import type { Callback } from '../../primitives/callbacks'
import type { Outcome, SessionStore } from './contract'
import type { Version } from '../record/snapshot'

/** What a store has of a session, as it is told whoever asks. */
export interface Fetched {
  /** The caller's to change. */
  readonly record: SessionData
  readonly version: Version
  /** Of the data, if nobody changes the record before it is a session. */
  readonly likeness: Likeness | undefined
}

/**
 * The methods of a store that answers at once, and fails only by throwing: nothing has to be called back, timed or heard twice.
 *
 * @template S the store that they are asked of
 */
export interface SyncStore<S = SessionStore> {
  get(store: S, id: string): Fetched | undefined
  set(store: S, id: string, session: SessionData): void
  touch(store: S, id: string, session: SessionData): void
  destroy(store: S, id: string): void
  /** @param text the data as `serializeData` has them, where the caller knows */
  compareAndSet(store: S, id: string, session: SessionData, version: Version | null, text?: string): Outcome
}

/** On the method itself: a map of methods would have to be asked several times in each request. */
const TWIN = Symbol('resession.at-once')

interface Paired {
  readonly method: object
  readonly twin: unknown
}

/** Whoever would call `method` of a store may have its twin instead. A method that somebody puts in its place has none. */
export function registerSync<Name extends keyof SyncStore, S>(method: object, twin: SyncStore<S>[Name]): void {
  Object.defineProperty(method, TWIN, { value: { method, twin } satisfies Paired })
}

export function syncOf<Name extends keyof SyncStore>(store: SessionStore, name: Name): SyncStore[Name] | undefined {
  const method = store[name] as { [TWIN]?: Paired } | undefined
  const paired = method?.[TWIN]
  // A spy may have all properties of what it watches
  return paired?.method === method ? (paired?.twin as SyncStore[Name]) : undefined
}

/**
 * Thrown by a twin that would have to wait, for a lock for example: then the method itself is called, which answers later. Until it has, twins of the same
 * store throw this too if they would overtake it.
 */
export const NOT_AT_ONCE = Symbol('resession.not-at-once')

/** What `act` returns, to a caller who would have waited for it. @returns false if `act` cannot answer at once; the caller is not answered then */
export function answer<Value>(act: () => Value, done: Callback<Value>): boolean {
  let value: Value
  try {
    value = act()
  } catch (thrown) {
    if (thrown === NOT_AT_ONCE) return false
    done(thrown)
    return true
  }
  done(undefined, value)
  return true
}
