import { bindAbility } from '../../core/store/abilities'
import { callLater } from '../../primitives/after-return'
import { registerSync } from '../../core/store/sync-methods'
import { fromCallback, ignoreRejection, type Callback } from '../../primitives/callbacks'
import type { SessionData } from '../../core/record/session-data'
import type { Found, Outcome } from '../../core/store/contract'
import type { Version } from '../../core/record/snapshot'
import type { CompleteStore } from '../complete-store'
import { Store } from '../store'
import { BusyQueue } from './busy-queue'
import { checkTransaction } from './database'
import { storeError, storeErrorOf } from './errors'
import { settle, type SqliteStoreOptions } from './options'
import { Pruner } from './pruner'
import { SqliteRecords } from './records'

export type { SqliteStoreOptions } from './options'

/**
 * Sessions in a SQLite file: they survive restarts and crashes, and all processes of one machine share them. Without a callback, methods return a promise;
 * its rejection never ends the process.
 *
 * @example app.use(session({ store: new SqliteStore({ file: 'sessions.db' }), … }))
 * @see docs/stores.md, "SqliteStore"
 */
export interface SqliteStore extends CompleteStore {
  /** Writes what waits in memory, stops the timers, and closes a file that the store has opened. A database of the app stays open. */
  close(): void
  /** Closes the store: `using store = new SqliteStore(…)`. */
  [Symbol.dispose](): void
}

/** `callback?` stays the last parameter of each method: the number of parameters tells that a store calls back. */
class Methods extends (Store as abstract new () => object) {
  readonly #records: SqliteRecords
  readonly #pruner: Pruner | undefined
  readonly #place: string
  readonly #end: () => void
  readonly #queue: BusyQueue
  #isClosed = false

  constructor(options: SqliteStoreOptions) {
    super()
    const { database, place, table, ttl, pruneInterval, check, end } = settle(options)
    this.#place = place
    this.#end = end
    this.#records = new SqliteRecords(database, table, ttl)
    if (pruneInterval !== false) this.#pruner = new Pruner(this.#records, pruneInterval, check)
    this.#queue = new BusyQueue(() => {
      if (this.#isClosed) throw this.#closed()
      checkTransaction(database, place)
    })
  }

  static {
    const { get, set, touch, destroy, compareAndSet, createSession } = this.prototype as Methods & Pick<Store, 'createSession'>
    bindAbility(compareAndSet, { get, set })
    registerSync<'get', Methods & Partial<Store>>(get, (store, id) => {
      const fetched = store.#now(() => store.#records.find(id))
      // A subclass may change the record in createSession
      return fetched && store.createSession !== createSession ? { ...fetched, likeness: undefined } : fetched
    })
    registerSync<'set', Methods>(set, (store, id, session) => {
      const write = store.#records.writeOf(session)
      store.#now(() => store.#records.set(id, write))
    })
    registerSync<'touch', Methods>(touch, (store, id, session) => {
      const expires = store.#records.expiresOf(session)
      store.#now(() => store.#records.touch(id, expires))
    })
    registerSync<'destroy', Methods>(destroy, (store, id) => store.#now(() => store.#records.destroy(id)))
    registerSync<'compareAndSet', Methods>(compareAndSet, (store, id, session, version, text) => {
      const write = store.#records.writeOf(session, text)
      return store.#now(() => store.#records.compareAndSet(id, write, version))
    })
  }

  get(id: string, callback?: Found): void | Promise<SessionData | undefined> {
    const read = (): ReturnType<SqliteRecords['plain']> => this.#records.plain(id)
    if (!callback) return this.#promise(() => read()?.record)
    this.#run(read, (err, found) => (err ? callLater(callback, err) : callLater(callback, null, found?.record, found?.version)))
  }

  set(id: string, session: SessionData, callback?: Callback): void | Promise<void> {
    return this.#reply(
      callback,
      () => this.#records.writeOf(session),
      write => this.#records.set(id, write),
    )
  }

  destroy(id: string, callback?: Callback): void | Promise<void> {
    return this.#reply(
      callback,
      () => id,
      id => this.#records.destroy(id),
    )
  }

  touch(id: string, session: SessionData, callback?: Callback): void | Promise<void> {
    return this.#reply(
      callback,
      () => this.#records.expiresOf(session),
      expires => this.#records.touch(id, expires),
    )
  }

  compareAndSet(id: string, session: SessionData, version: Version | null, callback?: Callback<Outcome>): void | Promise<Outcome> {
    return this.#reply(
      callback,
      () => this.#records.writeOf(session),
      write => this.#records.compareAndSet(id, write, version),
    )
  }

  all(callback?: Callback<Record<string, SessionData>>): void | Promise<Record<string, SessionData>> {
    return this.#reply(
      callback,
      () => {},
      () => this.#records.all(),
    )
  }

  length(callback?: Callback<number>): void | Promise<number> {
    return this.#reply(
      callback,
      () => {},
      () => this.#records.length(),
    )
  }

  clear(callback?: Callback): void | Promise<void> {
    return this.#reply(
      callback,
      () => {},
      () => this.#records.clear(),
    )
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#pruner?.stop()
    this.#queue.close(this.#closed())
    try {
      this.#records.flush()
    } catch {
      // Pending touches are no reason to keep the file open
    } finally {
      this.#end()
    }
  }

  [Symbol.dispose](): void {
    this.close()
  }

  /**
   * @param take copies the arguments before the caller can change them
   * @param act may be called again
   */
  #reply<Taken, Value>(callback: Callback<Value> | undefined, take: () => Taken, act: (taken: Taken) => Value): void | Promise<Value> {
    if (!callback) return ignoreRejection(fromCallback<Value>(done => this.#take(take, act, done)))
    this.#take(take, act, (err, value) => {
      if (err) callLater(callback, err)
      // A callback that counts its arguments gets as many as from express-session
      else if (value === undefined) callLater(callback)
      else callLater(callback, null, value)
    })
  }

  #take<Taken, Value>(take: () => Taken, act: (taken: Taken) => Value, done: Callback<Value>): void {
    let taken: Taken
    try {
      taken = take()
    } catch (unserialisable) {
      return done(unserialisable)
    }
    this.#run(() => act(taken), done)
  }

  #promise<Value>(act: () => Value): Promise<Value> {
    return ignoreRejection(fromCallback<Value>(done => this.#run(act, done)))
  }

  #run<Value>(act: () => Value, done: Callback<Value>): void {
    this.#queue.run(act, (err, value) => done(err && storeErrorOf(err, this.#place), value))
  }

  /** @throws NOT_AT_ONCE if the database is locked */
  #now<Value>(act: () => Value): Value {
    try {
      return this.#queue.now(act)
    } catch (err) {
      throw storeErrorOf(err, this.#place)
    }
  }

  #closed(): Error {
    return storeError('ERR_STORE_CLOSED', `SqliteStore: ${this.#place} is closed`)
  }
}

Object.defineProperty(Methods, 'name', { value: 'SqliteStore' })

export const SqliteStore = Methods as unknown as new (options: SqliteStoreOptions) => SqliteStore
