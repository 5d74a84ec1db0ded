import { bindAbility } from '../../core/store/abilities'
import { callLater } from '../../primitives/after-return'
import { registerSync } from '../../core/store/sync-methods'
import type { Callback, ResultCallback } from '../../primitives/callbacks'
import type { SessionData } from '../../core/record/session-data'
import type { Found, Outcome } from '../../core/store/contract'
import type { Version } from '../../core/record/snapshot'
import type { CompleteStore } from '../complete-store'
import { Store } from '../store'
import { checkTransaction } from './database'
import { Operations } from './operations'
import { settle, type SqliteStoreOptions } from './options'
import { Pruner } from './pruner'
import { SqliteRecords } from './records'

export type { SqliteStoreOptions } from './options'

/**
 * Sessions in a SQLite file: they survive restarts and crashes, and all processes of one machine share them. Without a callback, methods return a promise;
 * its rejection never ends the process.
 *
 * @example app.use(session({ store: new SqliteStore({ file: 'sessions.db' }), … }))
 * @see `docs/stores.md`, "SqliteStore"
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
  readonly #operations: Operations
  readonly #end: () => void

  constructor(options: SqliteStoreOptions) {
    super()
    const { database, place, table, ttl, pruneInterval, check, end } = settle(options)
    this.#end = end
    this.#records = new SqliteRecords(database, table, ttl)
    if (pruneInterval !== false) this.#pruner = new Pruner(this.#records, pruneInterval, check)
    this.#operations = new Operations(place, () => checkTransaction(database, place))
  }

  static {
    const { get, set, touch, destroy, compareAndSet, createSession } = this.prototype as Methods & Pick<Store, 'createSession'>
    bindAbility(compareAndSet, { get, set })
    registerSync<'get', Methods & Partial<Store>>(get, (store, id) => {
      const fetched = store.#operations.now(() => store.#records.find(id), true)
      // A subclass may change the record in createSession
      return fetched && store.createSession !== createSession ? { ...fetched, likeness: undefined } : fetched
    })
    registerSync<'set', Methods>(set, (store, id, session) => {
      const write = store.#records.writeOf(session)
      store.#operations.now(() => store.#records.set(id, write))
    })
    registerSync<'touch', Methods>(touch, (store, id, session) => {
      const expires = store.#records.expiresOf(session)
      store.#operations.now(() => store.#records.touch(id, expires))
    })
    registerSync<'destroy', Methods>(destroy, (store, id) => store.#operations.now(() => store.#records.destroy(id)))
    registerSync<'compareAndSet', Methods>(compareAndSet, (store, id, session, version, text) => {
      const write = store.#records.writeOf(session, text)
      return store.#operations.now(() => store.#records.compareAndSet(id, write, version))
    })
  }

  get(id: string, callback?: Found): void | Promise<SessionData | undefined> {
    const read = (): ReturnType<SqliteRecords['plain']> => this.#records.plain(id)
    if (!callback) return this.#operations.read(() => read()?.record)
    const done: ResultCallback<ReturnType<typeof read>> = (err, found) =>
      err ? callLater(callback, err) : callLater(callback, null, found?.record, found?.version)
    this.#operations.run(read, done, true)
  }

  set(id: string, session: SessionData, callback?: Callback): void | Promise<void> {
    return this.#operations.reply(
      callback,
      () => this.#records.writeOf(session),
      write => this.#records.set(id, write),
    )
  }

  destroy(id: string, callback?: Callback): void | Promise<void> {
    return this.#operations.reply(
      callback,
      () => id,
      id => this.#records.destroy(id),
    )
  }

  touch(id: string, session: SessionData, callback?: Callback): void | Promise<void> {
    return this.#operations.reply(
      callback,
      () => this.#records.expiresOf(session),
      expires => this.#records.touch(id, expires),
    )
  }

  compareAndSet(id: string, session: SessionData, version: Version | null, callback?: ResultCallback<Outcome>): void | Promise<Outcome> {
    return this.#operations.reply(
      callback,
      () => this.#records.writeOf(session),
      write => this.#records.compareAndSet(id, write, version),
    )
  }

  all(callback?: ResultCallback<Record<string, SessionData>>): void | Promise<Record<string, SessionData>> {
    return this.#operations.reply(
      callback,
      () => {},
      () => this.#records.all(),
    )
  }

  length(callback?: ResultCallback<number>): void | Promise<number> {
    return this.#operations.reply(
      callback,
      () => {},
      () => this.#records.length(),
    )
  }

  clear(callback?: Callback): void | Promise<void> {
    return this.#operations.reply(
      callback,
      () => {},
      () => this.#records.clear(),
    )
  }

  close(): void {
    if (!this.#operations.close()) return
    this.#pruner?.stop()
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
}

Object.defineProperty(Methods, 'name', { value: 'SqliteStore' })

export const SqliteStore = Methods as unknown as new (options: SqliteStoreOptions) => SqliteStore
