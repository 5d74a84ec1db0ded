import { createHash } from 'node:crypto'
import type { SessionData } from '../../core/record/session-data'
import { describeType } from '../../primitives/describe-value'
import { isRedisClient } from '../../core/store/store-check'
import { bindAbility } from '../../core/store/abilities'
import { ignoreRejection, type ResultCallback } from '../../primitives/callbacks'
import type { Found, Outcome } from '../../core/store/contract'
import type { Version } from '../../core/record/snapshot'
import type { CompleteStore } from '../complete-store'

/** A published store. Its types promise only what every store has. */
export interface PublishedStore {
  get(id: string, ...rest: never[]): unknown
  set(id: string, ...rest: never[]): unknown
  destroy(id: string, ...rest: never[]): unknown
}

/** The methods that are added to a store. Its `get` then also passes the version. */
export interface Atomic extends Pick<CompleteStore, 'compareAndSet'> {
  update<Done extends Promise<boolean> = Promise<boolean>>(id: string, session: SessionData, ...none: never[]): Done
  update<_Done extends Promise<boolean> = Promise<boolean>>(id: string, session: SessionData, callback: ResultCallback<boolean>): void
}

/** The operations of one engine. The version of a record is usually its text. */
export interface Engine {
  read(id: string): Promise<{ readonly session: SessionData; readonly version: Version } | undefined>
  compareAndSet(id: string, session: SessionData, version: Version | null): Promise<Outcome>
  update(id: string, session: SessionData): Promise<boolean>
}

/** The stores that have the methods. */
const gives = new WeakSet<object>()

/**
 * Adds the methods to the store itself, because it may have private fields and is compared with `req.sessionStore`.
 *
 * @param mark a method that only the store's own class has
 * @param by the name of the called function, for errors
 * @throws TypeError for a store that has these methods already, or whose `get` or `set` has been replaced: the new methods would bypass it
 */
export function give<S extends PublishedStore>(store: S, engine: Engine, mark: string, by: string): S & Atomic {
  const home = homeOf(store, mark)
  if (gives.has(store)) throw new TypeError(`${by} was applied to this store before; apply it once, when the store is created`)
  if (homeOf(store, 'get') !== home || homeOf(store, 'set') !== home) {
    throw new TypeError(
      `${by} needs a store with the get and set of its own class; the get or set of this store has been replaced (already wrapped?): apply ${by} first`,
    )
  }
  const original = store.get as (id: string) => unknown
  const { set } = store

  const get = (id: string, callback?: Found): unknown => {
    // Some stores then return a promise, which cannot carry a version
    if (!callback) return original.call(store, id)
    return answer(engine.read(id), (err, found) => (err ? callback(err) : callback(null, found?.session ?? null, found?.version)))
  }
  const abilities = {
    compareAndSet(id: string, session: SessionData, version: Version | null, callback?: ResultCallback<Outcome>): unknown {
      return answer(engine.compareAndSet(id, session, version), callback)
    },
    update(id: string, session: SessionData, callback?: ResultCallback<boolean>): unknown {
      return answer(engine.update(id, session), callback)
    },
  }
  for (const [name, value] of Object.entries({ get, ...abilities })) {
    Object.defineProperty(store, name, { value, writable: true, configurable: true })
    bindAbility(value, { get, set })
  }
  gives.add(store)
  return store as S & Atomic
}

/**
 * The error for an argument that is not the expected store.
 *
 * @param what it needs
 * @param write how to call it
 */
export function wrongStore(by: string, what: string, given: unknown, write: string): TypeError {
  return new TypeError(`${by} needs ${what}, not ${isRedisClient(given) ? 'a Redis client' : describeType(given)}; write ${write}`)
}

/** The object in the prototype chain that has the method. */
function homeOf(store: object, method: string): object | null {
  let home: object | null = store
  while (home && !Object.hasOwn(home, method)) home = Object.getPrototypeOf(home) as object | null
  return home
}

/** Calls back outside the promise's stack, so that an error of the callback is not a rejection. */
function answer<Value>(work: Promise<Value>, callback?: ResultCallback<Value>): void | Promise<Value> {
  if (!callback) return ignoreRejection(work)
  work.then(
    value => process.nextTick(callback, null, value),
    (err: unknown) => process.nextTick(callback, err ?? new Error('the store failed without a reason')),
  )
}

/** A SHA-256 digest, compared instead of the text of a record because it is shorter. */
export function sha256(version: Version): string {
  return createHash('sha256')
    .update(version as string)
    .digest('hex')
}
