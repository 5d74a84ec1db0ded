import { callLater } from '../../primitives/after-return'
import { fromCallback, ignoreRejection, type ResultCallback } from '../../primitives/callbacks'
import { BusyQueue } from './busy-queue'
import { storeError, storeErrorOf } from './errors'

/** Runs the operations of a store: at once or later, with a callback or a promise, and with the errors of the store. */
export class Operations {
  readonly #queue: BusyQueue
  #isClosed = false

  /**
   * @param place of the database, for errors
   * @param check throws a busy error while the app has a transaction open. Reads wait as well: they would see data that may be rolled back
   */
  constructor(
    private readonly place: string,
    check: () => void,
  ) {
    this.#queue = new BusyQueue(() => {
      if (this.#isClosed) throw this.#closed()
      check()
    })
  }

  /**
   * @param isRead reads do not wait for writes
   * @throws NOT_AT_ONCE if the database is locked
   */
  now<Value>(act: () => Value, isRead = false): Value {
    try {
      return this.#queue.now(act, isRead)
    } catch (err) {
      throw storeErrorOf(err, this.place)
    }
  }

  /** @param act may be called again */
  run<Value>(act: () => Value, done: ResultCallback<Value>, isRead = false): void {
    this.#queue.run(act, (err, value) => done(err && storeErrorOf(err, this.place), value), isRead)
  }

  read<Value>(act: () => Value): Promise<Value> {
    return ignoreRejection(fromCallback<Value>(done => this.run(act, done, true)))
  }

  /**
   * Replies to a callback, or with a promise.
   *
   * @param take copies the arguments before the caller can change them
   * @param act may be called again
   */
  reply<Taken, Value>(callback: ResultCallback<Value> | undefined, take: () => Taken, act: (taken: Taken) => Value): void | Promise<Value> {
    if (!callback) return ignoreRejection(fromCallback<Value>(done => this.#take(take, act, done)))
    this.#take(take, act, (err, value) => {
      if (err) callLater(callback, err)
      // A callback that counts its arguments gets as many as from express-session
      else if (value === undefined) callLater(callback)
      else callLater(callback, null, value)
    })
  }

  #take<Taken, Value>(take: () => Taken, act: (taken: Taken) => Value, done: ResultCallback<Value>): void {
    let taken: Taken
    try {
      taken = take()
    } catch (unserialisable) {
      return done(unserialisable)
    }
    this.run(() => act(taken), done)
  }

  /** Fails all operations that wait, and all later ones. @returns false if it was closed before */
  close(): boolean {
    if (this.#isClosed) return false
    this.#isClosed = true
    this.#queue.close(this.#closed())
    return true
  }

  #closed(): Error {
    return storeError('ERR_STORE_CLOSED', `SqliteStore: ${this.place} is closed`)
  }
}
