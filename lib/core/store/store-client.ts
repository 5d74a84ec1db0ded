import type { Callback, ResultCallback } from '../../primitives/callbacks'
import type { SessionStore, ReadCallback, Condition, Outcome } from './contract'
import { answersAtOnce, callsRegenerate, hasAbility } from './abilities'
import { answer, syncOf } from './sync-methods'
import type { Deadline } from '../concurrency/deadline'
import { ActiveSessions } from '../concurrency/active-sessions'
import type { SessionData } from '../record/session-data'
import { CircuitBreaker } from './circuit-breaker'
import { Connection } from './connection'
import { SessionEnds, type Steps } from './records/session-ends'
import { Grace } from './records/grace'
import { RecordsByKey } from './records/records-by-key'
import { SessionReads } from './records/session-reads'
import { StoreCalls } from './store-calls'
import { StoreKeys } from './store-keys'
import { TrackedWrite } from './tracked-write'

/** The only way to a store, by session ID. It knows which sessions are in use, and the keys of their records. */
export class StoreClient {
  readonly #store: SessionStore
  readonly #calls: StoreCalls
  readonly #reads: SessionReads
  readonly activeSessions: ActiveSessions
  readonly keys: StoreKeys
  readonly grace: Grace
  /** Of a store that is asked for it. One that wraps another for a single request would add listeners to that for ever. */
  #connection: Connection | undefined
  /** Whether the store's method `update` is that of the contract; undefined until it has responded. */
  #hasContractUpdate: boolean | undefined

  constructor(
    store: SessionStore,
    { breaker = new CircuitBreaker(), keys = new StoreKeys(), activeSessions = new ActiveSessions(keys), grace = new Grace() } = {},
  ) {
    this.#store = store
    this.#calls = new StoreCalls(store, breaker)
    this.activeSessions = activeSessions
    this.keys = keys
    this.grace = grace
    this.#reads = new SessionReads(this.#calls, activeSessions, keys)
  }

  /** Made when it is used, as `#ends` is: a store that is made for each request has a client of its own. */
  get byKey(): RecordsByKey {
    return new RecordsByKey(this, this.#calls)
  }

  get #ends(): SessionEnds {
    return new SessionEnds({ calls: this.#calls, activeSessions: this.activeSessions, keys: this.keys, grace: this.grace })
  }

  /** The client for another store of this kind. */
  for(store: SessionStore): StoreClient {
    const { activeSessions, keys, grace, timeout } = this
    return Object.assign(new StoreClient(store, { breaker: this.#calls.breaker, activeSessions, keys, grace }), { timeout })
  }

  /** The longest time for a call, in milliseconds. If several middlewares share a store, the last value wins. */
  get timeout(): number {
    return this.#calls.timeout
  }

  set timeout(ms: number) {
    this.#calls.timeout = ms
  }

  readiness(): () => boolean {
    this.#connection ??= new Connection(this.#store)
    return this.#connection.readiness()
  }

  /** A deadline for an operation of several calls. */
  deadline(): Deadline {
    return this.#calls.deadline()
  }

  /** Whether all calls for an active session are synchronous. */
  get answersAtOnce(): boolean {
    return answersAtOnce(this.#store)
  }

  /** @param deadline of the operation that the call belongs to, if the session's turn in the queue has come */
  get(id: string, heard: ReadCallback, deadline?: Deadline): void {
    this.#reads.get(id, heard, deadline)
  }

  set(id: string, session: SessionData, done: Callback, deadline?: Deadline): void {
    const key = this.keys.of(id)
    const set = syncOf(this.#store, 'set')
    if (set && answer(this.#store, 'set', () => set(this.#store, key, session), this.#written(id, done))) return
    this.#calls.ask('set', [key, session], done as ResultCallback<unknown>, { deadline, write: this.#writing(id, 'data', key) })
  }

  /** Whether the store has compareAndSet. */
  get compares(): boolean {
    return hasAbility(this.#store, 'compareAndSet')
  }

  compareAndSet(id: string, session: SessionData, condition: Condition, done: ResultCallback<Outcome>, deadline?: Deadline): void {
    const { version, text } = condition
    const key = this.keys.of(id)
    const compareAndSet = syncOf(this.#store, 'compareAndSet')
    const compare = compareAndSet && (() => compareAndSet(this.#store, key, session, version, text))
    if (compare && answer(this.#store, 'compareAndSet', compare, this.#written(id, done))) return
    const heard = (err: unknown, outcome: unknown): void => {
      if (err) return done(err)
      if (typeof (outcome as Outcome | undefined)?.ok !== 'boolean')
        return done(new TypeError('store.compareAndSet must answer { ok, version }'))
      done(null, outcome as Outcome)
    }
    this.#calls.ask('compareAndSet', [key, session, version], heard, { deadline, write: this.#writing(id, 'data', key) })
  }

  /** Whether the store has `update`. */
  get updates(): boolean {
    return this.#hasContractUpdate !== false && hasAbility(this.#store, 'update')
  }

  update(id: string, session: SessionData, done: ResultCallback<boolean>, deadline?: Deadline): void {
    const key = this.keys.of(id)
    const heard = (err: unknown, updated: unknown): void => {
      if (!err) this.#hasContractUpdate = typeof updated === 'boolean'
      // A method that takes something else than a session, such as a function, throws a TypeError
      const isOther = err ? !this.#hasContractUpdate && err instanceof TypeError : !this.#hasContractUpdate
      if (isOther) this.set(id, session, err => done(err, true), deadline)
      else done(err, updated as boolean | undefined)
    }
    this.#calls.ask('update', [key, session], heard, { deadline, write: this.#writing(id, 'data', key) })
  }

  /** Destroys a session. Requests that have read it before cannot write it any more. */
  destroy(id: string, done: Callback): void {
    this.#ends.destroy(id, done)
  }

  /** As `destroy`, after another session has taken the place of this one. */
  retire(id: string, done: Callback): void {
    this.#ends.retire(id, done)
  }

  /**
   * Ends a session in several steps, while no other call of this process is made for it.
   *
   * @param act makes the steps; the last one is `remove`
   */
  replace(id: string, act: Steps, done: Callback): void {
    this.#ends.replace(id, act, done)
  }

  /** Removes a record, as a step of `destroy` or `replace`. */
  remove(id: string, done: Callback, deadline: Deadline): void {
    this.#ends.remove(id, done, deadline)
  }

  /** Whether the store's own `regenerate` is used. It destroys the record under the ID itself, so not with hashed IDs, nor with a grace. */
  get regenerates(): boolean {
    return !this.keys.mode && this.grace.ms === 0 && callsRegenerate(this.#store)
  }

  /** Calls the store's own method. */
  regenerate(id: string, host: object, done: Callback): void {
    this.#ends.regenerate(id, host, done)
  }

  /** Calls back immediately if the store has no `touch`. */
  touch(id: string, session: SessionData, done: Callback, deadline?: Deadline): void {
    if (typeof this.#store.touch !== 'function') return done()
    const key = this.keys.of(id)
    const touch = syncOf(this.#store, 'touch')
    if (touch && answer(this.#store, 'touch', () => touch(this.#store, key, session), done)) return
    // Some stores write the whole record
    this.#calls.ask('touch', [key, session], done as ResultCallback<unknown>, { deadline, write: this.#writing(id, 'touch', key) })
  }

  #writing(id: string, kind: 'data' | 'touch', key: string): TrackedWrite {
    return new TrackedWrite(id, kind, this.activeSessions, this.#calls, key)
  }

  #written<Value>(id: string, done: ResultCallback<Value>): ResultCallback<Value> {
    return (err, value) => {
      this.activeSessions.written(id)
      done(err, value)
    }
  }
}
