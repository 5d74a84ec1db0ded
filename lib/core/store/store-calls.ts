import { isTraced, storeCall, traced } from '../diagnostics/store-tracing'
import type { Callback } from '../../primitives/callbacks'
import { Deadline } from '../concurrency/deadline'
import { callsBack, type Heard, type SessionStore } from './contract'
import { CircuitBreaker } from './circuit-breaker'
import { call, type Call } from './guarded-call'
import { answer, syncOf, type Fetched } from './sync-methods'

export type Method = 'get' | 'set' | 'destroy' | 'touch' | 'regenerate' | 'compareAndSet' | 'update'

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

  get(key: string, done: Heard, deadline?: Deadline): void {
    const find = syncOf(this.store, 'get')
    const fetched: Callback<Fetched | undefined> = (err, found) => {
      if (err) done(err)
      else if (found) done(null, found.record, found.version, found.likeness)
      else done()
    }
    if (find && answer(this.store, 'get', () => find(this.store, key), fetched)) return
    this.ask('get', [key], done as Callback<unknown>, { key, deadline })
  }

  remove(key: string, done: Callback, deadline: Deadline): void {
    const destroy = syncOf(this.store, 'destroy')
    if (destroy && answer(this.store, 'destroy', () => destroy(this.store, key), done)) return
    this.ask('destroy', [key], done as Callback<unknown>, { key, deadline })
  }

  /** @param part the key that the circuit breaker may read, and the deadline of the operation; by default one of its own */
  ask(
    method: Method,
    args: unknown[],
    done: Callback<unknown>,
    { key, deadline, givenUp }: { readonly key: string } & Partial<Pick<Call, 'deadline' | 'givenUp'>>,
  ): void {
    const refused = deadline?.passed ?? this.breaker.refuse(() => this.call('get', [key], () => {}, { deadline: new Deadline(Infinity) }))
    if (refused) return done(refused)
    if (deadline) return this.call(method, args, done, { deadline, givenUp })
    const own = this.deadline()
    const ended: typeof done = (...answer) => {
      own.end()
      done(...answer)
    }
    this.call(method, args, ended, { deadline: own, givenUp })
  }

  /** Calls the store even if the circuit breaker is open. */
  call(method: Method, args: unknown[], done: Callback<unknown>, { deadline, givenUp }: Pick<Call, 'deadline' | 'givenUp'>): void {
    const { store, breaker } = this
    const asked = store[method] as (...args: unknown[]) => unknown
    const ask = (answered: unknown): unknown => asked.call(store, ...args, answered)
    const asking = { method, ask, callsBack: callsBack(asked, args), deadline, givenUp, breaker }
    if (isTraced()) traced(storeCall(store, method), done, done => call(asking, done))
    else call(asking, done)
  }
}
