import type { Callback } from '../../primitives/callbacks'
import { type SessionStore, type Heard, type Condition, type Outcome, callsBack } from './contract'
import { hasAbility } from './abilities'
import { answer, syncOf, type Fetched } from './sync-methods'
import { CircuitBreaker } from './circuit-breaker'
import { call, type Call } from './guarded-call'
import { isMissing } from '../errors/store-errors'
import { Deadline } from '../concurrency/deadline'
import { ActiveSessions, type ActiveSession } from '../concurrency/active-sessions'
import { PendingWrite } from '../concurrency/pending-write'
import type { SessionData } from '../record/session-data'

type Method = 'get' | 'set' | 'destroy' | 'touch' | 'regenerate' | 'compareAndSet' | 'update'

/** How long a store may take, in milliseconds, where nobody says. */
const TIMEOUT = 10_000

/** How often a session is destroyed again that a late write has restored, and for how long at first it is waited after a failure, in milliseconds. Each wait is twice as long. */
const MOST_TRIES = 10
const FIRST_WAIT = 100

/** The one way to a store: each call is answered once and in time, or fails at once where the store has been silent for a while. */
export class StoreClient {
  readonly #store: SessionStore
  readonly #breaker: CircuitBreaker
  readonly activeSessions: ActiveSessions
  /** How long the store may take, in milliseconds. Of several middlewares on one store, as the last one says. */
  timeout = TIMEOUT
  /** What the store has last said of itself, by `disconnect` and `connect`. */
  #ready = true
  #said = 0
  #updatesOtherwise = false

  constructor(store: SessionStore, { breaker = new CircuitBreaker(), activeSessions = new ActiveSessions() } = {}) {
    this.#store = store
    this.#breaker = breaker
    this.activeSessions = activeSessions
    // One listener of each for a store, however many middlewares share it: eleven would be a warning
    for (const event of ['disconnect', 'connect'] as const) {
      store.on?.(event, () => {
        this.#ready = event === 'connect'
        this.#said++
      })
    }
  }

  /** Another store of this kind. */
  for(store: SessionStore): StoreClient {
    const port = new StoreClient(store, { breaker: this.#breaker, activeSessions: this.activeSessions })
    port.timeout = this.timeout
    return port
  }

  /** @returns whether the store is connected. Whoever asks believes so until it says something, as upstream's middlewares do */
  readiness(): () => boolean {
    const before = this.#said
    return () => this.#ready || this.#said === before
  }

  /** For one thing that takes several calls. */
  deadline(): Deadline {
    return new Deadline(this.timeout)
  }

  /** Whatever it is asked of a session that is held. */
  get answersAtOnce(): boolean {
    return this.compares && syncOf(this.#store, 'compareAndSet') !== undefined && syncOf(this.#store, 'touch') !== undefined
  }

  get(id: string, done: Heard, deadline?: Deadline): void {
    if (this.activeSessions.isDestroyed(id)) return done()
    const find = syncOf(this.#store, 'get')
    const fetched: Callback<Fetched | undefined> = (err, found) => {
      if (err) done(err)
      else if (found) done(null, found.record, found.version, found.likeness)
      else done()
    }
    if (find && answer(() => find(this.#store, id), fetched)) return
    this.#ask('get', id, [id], done as Callback<unknown>, deadline)
  }

  set(id: string, session: SessionData, done: Callback, deadline?: Deadline): void {
    const set = syncOf(this.#store, 'set')
    if (set && answer(() => set(this.#store, id, session), this.#written(id, done))) return
    this.#write('set', id, [id, session], done as Callback<unknown>, deadline)
  }

  /** Whether somebody can write on the condition that nobody else has. */
  get compares(): boolean {
    return hasAbility(this.#store, 'compareAndSet')
  }

  compareAndSet(id: string, session: SessionData, condition: Condition, done: Callback<Outcome>, deadline?: Deadline): void {
    const { version, text } = condition
    const compareAndSet = syncOf(this.#store, 'compareAndSet')
    const compare = compareAndSet && (() => compareAndSet(this.#store, id, session, version, text))
    if (compare && answer(compare, this.#written(id, done))) return
    const heard = (err: unknown, outcome: unknown): void => {
      if (err) return done(err)
      if (typeof (outcome as Outcome | undefined)?.ok !== 'boolean')
        return done(new TypeError('store.compareAndSet must answer { ok, version }'))
      done(null, outcome as Outcome)
    }
    this.#write('compareAndSet', id, [id, session, version], heard, deadline)
  }

  /** Whether somebody can write on the condition that there is something. */
  get updates(): boolean {
    return !this.#updatesOtherwise && hasAbility(this.#store, 'update')
  }

  update(id: string, session: SessionData, done: Callback<boolean>, deadline?: Deadline): void {
    const heard = (err: unknown, updated: unknown): void => {
      if (err || typeof updated === 'boolean') return done(err, updated as boolean | undefined)
      // It is a method of the store's own that happens to be called so
      this.#updatesOtherwise = true
      this.set(id, session, err => done(err, true), deadline)
    }
    this.#write('update', id, [id, session], heard, deadline)
  }

  /** For good: whoever has read the session before does not write it any more. */
  destroy(id: string, done: Callback): void {
    const deadline = this.deadline()
    const act = (destroyed: Callback, active: ActiveSession): void => this.remove(id, this.#alsoMoved(active, destroyed), deadline)
    this.activeSessions.destroy(id, deadline, act, done)
  }

  /**
   * Ends a session in several steps, while nothing else of this process is asked about it.
   *
   * @param act takes the steps, of which the last is `remove`
   */
  replace(id: string, act: (deadline: Deadline, ended: Callback, active: ActiveSession) => void, done: Callback): void {
    const deadline = this.deadline()
    this.activeSessions.destroy(id, deadline, (ended, active) => act(deadline, ended, active), done)
  }

  /** Removes a record, as a step of `destroy` or `replace`. */
  remove(id: string, done: Callback, deadline: Deadline): void {
    const destroy = syncOf(this.#store, 'destroy')
    if (destroy && answer(() => destroy(this.#store, id), done)) return
    this.#ask('destroy', id, [id], done as Callback<unknown>, deadline)
  }

  get regenerates(): boolean {
    return typeof this.#store.regenerate === 'function'
  }

  /** By the store's own method, which may be that of another copy of the package: it destroys the session of this id without telling us. */
  regenerate(id: string, host: object, done: Callback): void {
    const deadline = this.deadline()
    const act = (ended: Callback, active: ActiveSession): void =>
      this.#ask('regenerate', id, [host], this.#alsoMoved(active, ended) as Callback<unknown>, deadline)
    this.activeSessions.end(id, deadline, act, done)
  }

  /** What ends a session by the ID that it had before ends it by the one that it has now. */
  #alsoMoved({ movedTo }: ActiveSession, done: Callback): Callback {
    return movedTo === undefined ? done : err => (err ? done(err) : this.destroy(movedTo.id, done))
  }

  /** Done at once where the store has no `touch`. */
  touch(id: string, session: SessionData, done: Callback, deadline?: Deadline): void {
    if (typeof this.#store.touch !== 'function') return done()
    const touch = syncOf(this.#store, 'touch')
    if (touch && answer(() => touch(this.#store, id, session), done)) return
    // Of some stores it writes the whole record
    this.#follow(new PendingWrite(id, 'touch', this.activeSessions), 'touch', [id, session], done as Callback<unknown>, deadline)
  }

  #write(method: Method, id: string, args: unknown[], done: Callback<unknown>, deadline?: Deadline): void {
    this.#follow(new PendingWrite(id, 'data', this.activeSessions), method, args, done, deadline)
  }

  /** A write, which the store may still make after it was given up. */
  #follow(write: PendingWrite, method: Method, args: unknown[], done: Callback<unknown>, deadline?: Deadline): void {
    const settled: typeof done = (err, value) => {
      write.settle()
      done(err, value)
    }
    const givenUp = (): (() => void) => {
      write.giveUp()
      return () => {
        if (write.arrive()) this.#destroyAgain(write)
      }
    }
    this.#ask(method, write.id, args, settled, deadline, givenUp)
  }

  #written<Value>(id: string, done: Callback<Value>): Callback<Value> {
    return (err, value) => {
      this.activeSessions.written(id)
      done(err, value)
    }
  }

  /**
   * A late write may have restored a session whose logout the client was told of. Until the store has destroyed it again, it is not read either: the
   * circuit breaker is passed by, and a failure is tried again.
   */
  #destroyAgain(write: PendingWrite, tries = 1): void {
    const deadline = this.deadline()
    const destroyed: Callback<unknown> = err => {
      deadline.end()
      if (!err || isMissing(err) || tries === MOST_TRIES) return write.end()
      setTimeout(() => this.#destroyAgain(write, tries + 1), FIRST_WAIT * 2 ** (tries - 1)).unref()
    }
    this.#call('destroy', [write.id], destroyed, { deadline })
  }

  /** @param deadline of what the call is a part of. Default: one of its own */
  #ask(method: Method, id: string, args: unknown[], done: Callback<unknown>, deadline?: Deadline, givenUp?: Call['givenUp']): void {
    const refused = deadline?.passed ?? this.#breaker.refuse(() => this.#call('get', [id], () => {}, { deadline: new Deadline(Infinity) }))
    if (refused) return done(refused)
    if (deadline) return this.#call(method, args, done, { deadline, givenUp })
    const own = this.deadline()
    const ended: typeof done = (...answer) => {
      own.end()
      done(...answer)
    }
    this.#call(method, args, ended, { deadline: own, givenUp })
  }

  #call(method: Method, args: unknown[], done: Callback<unknown>, { deadline, givenUp }: Pick<Call, 'deadline' | 'givenUp'>): void {
    const asked = this.#store[method] as (...args: unknown[]) => unknown
    const ask = (answered: unknown): unknown => asked.call(this.#store, ...args, answered)
    call({ method, ask, callsBack: callsBack(asked, args), deadline, givenUp, breaker: this.#breaker }, done)
  }
}
