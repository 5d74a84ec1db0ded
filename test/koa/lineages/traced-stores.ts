import { EventEmitter } from 'node:events'

export type Call = 'get' | 'set' | 'destroy'

/** A call of a store, under a name that is the same for all stores. */
export interface TracedCall {
  readonly call: Call
  readonly id: string
  /** In milliseconds, if the store receives it. */
  readonly ttl?: number | undefined
}

/** Records its calls, and keeps records as JSON, as a remote store does. */
export class TracedStore extends EventEmitter {
  readonly records = new Map<string, string>()
  calls: TracedCall[] = []
  /** The call that fails at the moment. */
  fails: Call | undefined

  protected heard(call: Call, id: string, ttl?: unknown): void {
    this.calls.push({ call, id, ttl: call === 'set' ? (ttl as number | undefined) : undefined })
    if (this.fails === call) throw new Error(`no ${call} today`)
  }
}

/** The kind of store of koa-session, koa-generic-session and koa-session-ts. */
export class PromiseStore extends TracedStore {
  async get(id: string): Promise<unknown> {
    this.heard('get', id)
    const text = this.records.get(id)
    return text && (JSON.parse(text) as unknown)
  }

  async set(id: string, record: object, ttl?: unknown): Promise<void> {
    this.heard('set', id, ttl)
    this.records.set(id, JSON.stringify(record))
  }

  async destroy(id: string): Promise<void> {
    this.heard('destroy', id)
    this.records.delete(id)
  }
}

/** The kind of store of koa-session-store. */
export class JsonStore extends TracedStore {
  async load(id: string): Promise<string | undefined> {
    this.heard('get', id)
    return this.records.get(id)
  }

  async save(id: string, json: string): Promise<void> {
    this.heard('set', id)
    this.records.set(id, json)
  }

  async remove(id: string): Promise<void> {
    this.heard('destroy', id)
    this.records.delete(id)
  }
}

/** A store object per request, which calls the same store. */
export function contextStore(store: TracedStore) {
  const { get, set, destroy } = store as PromiseStore
  return class ContextStore {
    constructor(private readonly ctx: { readonly path: string }) {}

    /** Fails without a context. */
    get(...args: Parameters<typeof get>): Promise<unknown> {
      return Promise.resolve(this.ctx.path).then(() => get.apply(store as PromiseStore, args))
    }

    set(...args: Parameters<typeof set>): Promise<void> {
      return set.apply(store as PromiseStore, args)
    }

    destroy(...args: Parameters<typeof destroy>): Promise<void> {
      return destroy.apply(store as PromiseStore, args)
    }
  }
}
