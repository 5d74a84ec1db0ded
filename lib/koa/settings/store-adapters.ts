import { MARKS } from '../../core/record/reserved-key'
import type { SessionData } from '../../core/record/session-data'
import type { Session } from '../../core/session/session'
import { CLIENT } from '../../core/store/store-clients'
import { isRedisClient, storeAdvice } from '../../core/store/store-check'
import { isRegistry } from '../../core/store/store-keys'
import type { SessionStore } from '../../core/store/contract'
import type { StoreClient } from '../../core/store/store-client'
import { fromCallback } from '../../primitives/callbacks'
import type { KoaHost } from '../session/carried-session'
import type { KoaShape } from './record-formats'

/** What a store may return: a value, a promise, a thunk, or a generator that yields any of them. */
export type Eventually<Value> = Value | PromiseLike<Value> | Thunk<Value> | Generator

type Thunk<Value> = (done: (err?: unknown, value?: Value) => void) => void

/**
 * A store of koa-session, koa-generic-session or koa-session-ts. Lifetimes are in milliseconds, and undefined if the session ends with the browser.
 */
export interface PromiseStore {
  get(id: string, ttl?: number, info?: object): Eventually<unknown>
  set(id: string, record: object, ttl?: number, info?: object): Eventually<unknown>
  destroy(id: string, info?: object): Eventually<unknown>
}

/** A store of koa-session-store. */
export interface JsonStore {
  load(id: string): Eventually<string | null | undefined>
  save(id: string, json: string): Eventually<unknown>
  remove(id: string): Eventually<unknown>
}

/** A store: of express-session, of promises (`get`, `set`, `destroy`), or of JSON strings (`load`, `save`, `remove`). */
export type AnyStore = SessionStore | PromiseStore | JsonStore

/** What such a store needs beside the session. */
export interface StoreAdapterOptions {
  /** Added before the ID in the store only. */
  readonly prefix: string
  readonly shape: KoaShape
  /** The option of the cookie, which koa-session tells its stores when it reads, too. */
  readonly maxAge: number | undefined
  /** How long the store is to keep a session, in milliseconds. */
  ttl(session: Session): number | undefined
  readonly rolling: boolean
}

/** How the methods of a store reply, and whether it takes JSON. */
export type Kind = 'callback' | 'promise' | 'json'

/** @throws TypeError if it is not a store */
export function kindOf(store: Partial<SessionStore & JsonStore> | null | undefined): Kind {
  // express-session's Store has a `load` too
  if (typeof store?.createSession === 'function') return 'callback'
  if (isRedisClient(store)) throw new TypeError(`store option must be a store: ${storeAdvice(store)}`)
  if (has(store, 'get', 'set', 'destroy')) return 'promise'
  if (has(store, 'load', 'save', 'remove')) return 'json'
  throw new TypeError(`store option must have get, set and destroy, or load, save and remove: ${storeAdvice(store)}`)
}

function has(store: object | null | undefined, ...methods: string[]): boolean {
  return methods.every(method => typeof (store as Record<string, unknown> | null | undefined)?.[method] === 'function')
}

/**
 * Adapts a store of another kind to the core, for one request, because some stores are told the context.
 *
 * @param host without a context outside of requests
 */
export function adapt(store: PromiseStore | JsonStore, host: Partial<Pick<KoaHost, 'ctx'>>, options: StoreAdapterOptions): SessionStore {
  return 'get' in store ? new PromiseStoreAdapter(store, host, options) : new JsonStoreAdapter(store, options)
}

class PromiseStoreAdapter implements SessionStore {
  [CLIENT]: StoreClient | undefined

  constructor(
    private readonly store: PromiseStore,
    private readonly host: Partial<Pick<KoaHost, 'ctx'>>,
    private readonly options: StoreAdapterOptions,
  ) {}

  async get(id: string): Promise<SessionData | undefined> {
    const { prefix, shape, maxAge } = this.options
    const record = await settled(this.store.get(prefix + id, maxAge, this.#info))
    return typeof record === 'object' && record ? shape.read(record) : undefined
  }

  async set(id: string, session: SessionData): Promise<void> {
    await settled(this.#put(id, session, true))
  }

  /** These stores have no touch: the session is saved. */
  async touch(id: string, session: SessionData): Promise<void> {
    await settled(this.#put(id, session, false))
  }

  async destroy(id: string): Promise<void> {
    await settled(this.store.destroy(this.options.prefix + id, this.#info))
  }

  #put(id: string, session: SessionData, changed: boolean): Eventually<unknown> {
    const { prefix, shape } = this.options
    return this.store.set(prefix + id, shape.write(session), this.#lifetimeOf(id, session), this.#changed(changed))
  }

  /** The list of a user is no session: it must outlive all sessions of the user, and the app's `ttl` is not asked about it. */
  #lifetimeOf(id: string, session: SessionData): number | undefined {
    return isRegistry(id) ? (session.cookie.originalMaxAge ?? undefined) : untilEnd(session, this.options.ttl(session as Session))
  }

  /** Written out: each result of a spread of `#info` would have a hidden class of its own. */
  #changed(changed: boolean): object {
    return { ctx: this.host.ctx, rolling: this.options.rolling, changed }
  }

  get #info(): object {
    return { ctx: this.host.ctx, rolling: this.options.rolling }
  }
}

class JsonStoreAdapter implements SessionStore {
  [CLIENT]: StoreClient | undefined

  constructor(
    private readonly store: JsonStore,
    private readonly options: StoreAdapterOptions,
  ) {}

  async get(id: string): Promise<SessionData | undefined> {
    const loaded = await settled(this.store.load(this.options.prefix + id))
    const text = Buffer.isBuffer(loaded) ? loaded.toString() : loaded
    return typeof text === 'string' && text ? this.options.shape.read(JSON.parse(text) as object) : undefined
  }

  async set(id: string, session: SessionData): Promise<void> {
    await settled(this.store.save(this.options.prefix + id, JSON.stringify(this.options.shape.write(session))))
  }

  async destroy(id: string): Promise<void> {
    await settled(this.store.remove(this.options.prefix + id))
  }
}

/** The result, or a promise of it. Not an async function, whose promise would take three more turns of the microtask queue. */
export function settled(given: Eventually<unknown>): unknown {
  if (typeof given === 'function') return fromCallback(given as Thunk<unknown>)
  return isGenerator(given) ? driven(given) : given
}

async function driven(generator: Generator): Promise<unknown> {
  let step = generator.next()
  while (!step.done) {
    try {
      step = generator.next(await yielded(step.value))
    } catch (err) {
      step = generator.throw(err)
    }
  }
  return step.value as unknown
}

/** The result of a yielded value. As in co, the values of an array or a plain object are awaited together. */
function yielded(given: unknown): unknown {
  if (typeof given === 'function' && given.constructor.name === 'GeneratorFunction') return yielded((given as () => Generator)())
  if (Array.isArray(given)) return Promise.all(given.map(yielded))
  if (typeof given !== 'object' || given === null || Object.getPrototypeOf(given) !== Object.prototype) return settled(given as never)
  const results = Object.entries(given).map(async ([name, value]) => [name, await yielded(value)] as const)
  return Promise.all(results).then(entries => Object.fromEntries(entries))
}

function isGenerator(given: unknown): given is Generator {
  if (typeof given !== 'object' || given === null) return false
  const { next, throw: fail } = given as Partial<Generator>
  return typeof next === 'function' && typeof fail === 'function'
}

/** A session with limits is kept no longer than they say. 0 and less would be no end at all to some stores. */
function untilEnd(session: SessionData, ms: number | undefined): number | undefined {
  const { expires } = session.cookie
  if (!(MARKS in session) || !expires) return ms
  return Math.min(ms ?? Infinity, Math.max(1, new Date(expires).valueOf() - Date.now()))
}
