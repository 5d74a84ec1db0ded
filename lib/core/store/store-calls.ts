import { isTraced, storeCall, traced } from '../diagnostics/store-tracing'
import { isPromise, type Callback, type ResultCallback } from '../../primitives/callbacks'
import { asRecord } from '../record/session-data'
import { Deadline } from '../concurrency/deadline'
import { callsBack, type ReadCallback, type SessionStore } from './contract'
import { CircuitBreaker } from './circuit-breaker'
import { isMissing } from '../errors/store-errors'
import { GuardedCall, type Guarded } from './guarded-call'
import { answer, syncOf, type Fetched } from './sync-methods'

/** The methods of a store that are called. */
export type Method = 'get' | 'set' | 'destroy' | 'touch' | 'regenerate' | 'compareAndSet' | 'update'

interface Part {
  readonly key?: string
  /** Of the operation that the call belongs to; by default the call has its own. */
  readonly deadline?: Deadline | undefined
  /** If it is a write. */
  readonly write?: Guarded | undefined
  /** Whether the store is called even if the circuit breaker is open. */
  readonly always?: boolean
  /** Whether the call is made for a trace. */
  readonly traces?: boolean
}

/** The default of `storeTimeout`, in milliseconds. */
const TIMEOUT = 10_000

/** Calls a store by key. Each call is answered exactly once and in time, or fails immediately while the circuit breaker is open. */
export class StoreCalls {
  /** The longest time for a call, in milliseconds. If several middlewares share a store, the last value wins. */
  timeout = TIMEOUT

  constructor(
    readonly store: SessionStore,
    readonly breaker = new CircuitBreaker(),
  ) {}

  /** A deadline for an operation of several calls. */
  deadline(): Deadline {
    return new Deadline(this.timeout)
  }

  /** Reads a record. That a store has none is not an error, however the store says it. */
  get(key: string, done: ReadCallback, deadline?: Deadline): void {
    const find = syncOf(this.store, 'get')
    if (find && answer(this.store, 'get', () => find(this.store, key), fetched(done))) return
    const heard: ReadCallback = (err, record, version, likeness) => {
      if (isMissing(err)) done()
      else done(err, !err && record ? asRecord(record) : record, version, likeness)
    }
    this.ask('get', [key], heard as ResultCallback<unknown>, { deadline })
  }

  remove(key: string, done: Callback, deadline: Deadline): void {
    const destroy = syncOf(this.store, 'destroy')
    if (destroy && answer(this.store, 'destroy', () => destroy(this.store, key), done)) return
    this.ask('destroy', [key], done as ResultCallback<unknown>, { deadline })
  }

  /**
   * Calls a method of the store, if the circuit breaker is closed.
   *
   * @param args the first one is the key, except for `regenerate`
   * @param part `key`, which the circuit breaker may read, if it is not the first argument
   */
  ask(method: Method, args: readonly unknown[], done: ResultCallback<unknown>, part: Part = {}): void {
    const { store, breaker } = this
    const { key = args[0] as string, deadline, write, always, traces } = part
    const refused = always ? undefined : this.#refusal(key, deadline)
    if (refused) {
      write?.settle()
      return done(refused)
    }
    if (!traces && isTraced()) return this.#trace(method, args, done, part)
    const asked = store[method] as (...args: unknown[]) => unknown
    // A synchronous store may have to wait after all, for a lock
    const isOwn = !deadline || deadline === Deadline.NONE
    const call = new GuardedCall(isOwn ? this.deadline() : deadline, isOwn, breaker, write, done)
    try {
      const returned = asked.call(store, ...args, call.answered)
      call.returned(returned, callsBack(asked, args), method)
      if (isUnrelated(method, asked, args, returned)) call.answered()
    } catch (err) {
      call.failed(err, method)
    }
    call.wait()
  }

  #trace(method: Method, args: readonly unknown[], done: ResultCallback<unknown>, part: Part): void {
    const again = (done: ResultCallback<unknown>): void => this.ask(method, args, done, { ...part, always: true, traces: true })
    traced(storeCall(this.store, method), done, again)
  }

  #refusal(key: string, deadline: Deadline | undefined): Error | undefined {
    if (deadline?.passed || !this.breaker.isOpen) return deadline?.passed
    return this.breaker.refuse(() => this.#probe(key))
  }

  #probe(key: string): void {
    this.ask('get', [key], () => {}, { deadline: new Deadline(Infinity), always: true })
  }
}

function fetched(done: ReadCallback): ResultCallback<Fetched | undefined> {
  return (err, found) => {
    if (err) done(err)
    else if (found) done(null, found.record, found.version, found.likeness)
    else done()
  }
}

/** Whether it was a method `update` of the app's own, which can never respond: it declares parameters and no callback, and has returned no promise. */
function isUnrelated(method: Method, asked: (...args: never[]) => unknown, args: readonly unknown[], returned: unknown): boolean {
  return method === 'update' && asked.length > 0 && !callsBack(asked, args) && !isPromise(returned) && !hasDefaults(asked)
}

/** Whether the method may declare a parameter with a default value, which `length` does not count. */
function hasDefaults(method: (...args: never[]) => unknown): boolean {
  return /^[^{]*=(?!>)/.test(Function.prototype.toString.call(method))
}
