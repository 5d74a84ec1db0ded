import { isPromise as isNativePromise } from 'node:util/types'
import { InFlight } from './in-flight'
import type { Session, SessionData } from './session'

/** A failed call brings an error; a good one `null`, `undefined`, or nothing at all. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- as in @types/express-session, for which apps are written
export type Callback<Value = void> = (err?: any, value?: Value) => void

/** What a store tells a record from its later forms by: anything but null. Only the store looks into it. */
export type Version = NonNullable<unknown>

/** With its version, of a store that has `compareAndSet`. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- likewise
export type Found = (err?: any, record?: SessionData | null, version?: Version) => void

/** Whether a record was written, and what it is known by now. */
export interface Outcome {
  readonly ok: boolean
  readonly version?: Version | undefined
}

/**
 * What the middleware needs of a store; `stores/store.ts` is the contract in prose. Each method calls back, or returns a promise, or both.
 * Everything from `touch` on is optional.
 */
export interface SessionStore {
  get(id: string, callback: Found): unknown
  set(id: string, session: SessionData, callback: Callback): unknown
  destroy(id: string, callback: Callback): unknown
  touch?(id: string, session: SessionData, callback: Callback): unknown
  compareAndSet?(id: string, session: SessionData, version: Version | null, callback: Callback<Outcome>): unknown
  update?(id: string, session: SessionData, callback: Callback<boolean>): unknown
  regenerate?(host: object, callback: Callback): unknown
  createSession?(host: object, record: SessionData): unknown
  generate?(host: object): unknown
  on?(event: string, listener: () => void): unknown
}

type Method = 'get' | 'set' | 'destroy' | 'touch' | 'regenerate'

/** One for each store of the process, shared by all that use the store. */
const ports = new WeakMap<SessionStore, StorePort>()

export function portOf(store: SessionStore): StorePort {
  let port = ports.get(store)
  if (!port) ports.set(store, (port = new StorePort(store)))
  return port
}

/**
 * The one way to a store. However a store answers, by callback or by promise, at once or later, twice or by throwing, `done` is called once, with an
 * error or with what was found; and what `done` throws never comes back into the store.
 */
export class StorePort {
  readonly #store: SessionStore
  readonly inFlight = new InFlight()
  /** What the store has last said of itself, by `disconnect` and `connect`. */
  #ready = true
  #said = 0

  constructor(store: SessionStore) {
    this.#store = store
    // One listener of each for a store, however many middlewares share it: eleven would be a warning
    for (const event of ['disconnect', 'connect'] as const) {
      store.on?.(event, () => {
        this.#ready = event === 'connect'
        this.#said++
      })
    }
  }

  /** @returns whether the store is connected. Whoever asks believes so until it says something, as upstream's middlewares do */
  readiness(): () => boolean {
    const before = this.#said
    return () => this.#ready || this.#said === before
  }

  get(id: string, done: Callback<SessionData | null>): void {
    this.#ask('get', [id], done as Callback<unknown>)
  }

  set(id: string, session: Session, done: Callback): void {
    this.#ask('set', [id, session], err => {
      this.inFlight.written(id)
      done(err)
    })
  }

  /** For good: whoever has read the session before does not write it any more. */
  destroy(id: string, done: Callback): void {
    this.inFlight.destroy(id, destroyed =>
      this.#ask('destroy', [id], err => {
        try {
          destroyed(err)
        } finally {
          done(err)
        }
      }),
    )
  }

  get regenerates(): boolean {
    return typeof this.#store.regenerate === 'function'
  }

  /** By the store's own method, which may be that of another copy of the package: it destroys the session of this id without telling us. */
  regenerate(id: string, host: object, done: Callback): void {
    this.inFlight.end(id, ended =>
      this.#ask('regenerate', [host], err => {
        ended(err)
        done(err)
      }),
    )
  }

  /** Done at once where the store has no `touch`. */
  touch(id: string, session: Session, done: Callback): void {
    if (typeof this.#store.touch !== 'function') return done()
    this.#ask('touch', [id, session], done as Callback<unknown>)
  }

  #ask(method: Method, args: unknown[], done: Callback<unknown>): void {
    let answer: { err: unknown; value: unknown } | undefined
    let asking = true

    const settle = (err?: unknown, value?: unknown): void => {
      if (answer) return
      answer = { err, value }
      if (!asking) deliver(done, err, value)
    }

    const failed = (err: unknown): void => settle(reasonOf(err, `store.${method}`))
    try {
      const call = this.#store[method] as (...args: unknown[]) => unknown
      const returned = call.call(this.#store, ...args, settle)
      // What a method that calls back returns may be anything, its driver's promise or a query that runs when it is listened to
      if (!callsBack(call, args)) {
        if (isPromise(returned)) returned.then(value => settle(null, value), failed)
      } else if (isNativePromise(returned)) returned.catch(failed)
    } catch (err) {
      failed(err)
    }

    asking = false
    if (answer) done(answer.err, answer.value)
  }
}

/** By the store's contract a method answers by its callback if it declares one. */
export function callsBack(method: (...args: never[]) => unknown, args: readonly unknown[]): boolean {
  return method.length > args.length
}

/** What throws or rejects with nothing has failed all the same. */
export function reasonOf(err: unknown, who: string): unknown {
  return err ?? new Error(`${who} failed without a reason`)
}

/** An error thrown by `done` is not the store's: inside its frames, some stores take it for their own and call back again. */
function deliver(done: Callback<unknown>, err: unknown, value: unknown): void {
  try {
    done(err, value)
  } catch (thrown) {
    process.nextTick(() => {
      throw thrown
    })
  }
}

/** What session-file-store says of a session that it does not have. */
export function isMissing(err: unknown): boolean {
  return (err as NodeJS.ErrnoException | undefined)?.code === 'ENOENT'
}

export function isPromise<T>(value: unknown): value is PromiseLike<T> {
  return typeof (value as PromiseLike<T> | undefined)?.then === 'function'
}
