import { EventEmitter } from 'node:events'
import type { KoaOptions } from './koa-options'
import { kindOf, settled, type AnyStore, type PromiseStore } from './store-adapters'

/** The part of a stored session that tells its lifetime. */
interface Stored {
  cookie?: { maxAge?: unknown; expires?: unknown }
}

/** `ctx.sessionStore` of koa-generic-session: an emitter that takes session IDs, and adds the prefix for the store of the options. */
class PrefixedStore extends EventEmitter {
  constructor(
    readonly client: PromiseStore & Partial<EventEmitter>,
    readonly options: Pick<KoaOptions, 'prefix' | 'ttl'>,
  ) {
    super()
    if (typeof client.on !== 'function') return
    for (const event of ['connect', 'disconnect']) client.on(event, (...given) => this.emit(event, ...(given as unknown[])))
  }

  async get(id: string): Promise<object | null> {
    const record = (await settled(this.client.get(this.#keyOf(id)))) as Stored | undefined
    if (!record) return null
    if (typeof record.cookie?.expires === 'string') record.cookie.expires = new Date(record.cookie.expires)
    return record
  }

  async set(id: string, session: object): Promise<void> {
    await settled(this.client.set(this.#keyOf(id), session, this.#ttlOf(session)))
  }

  async destroy(id: string): Promise<void> {
    await settled(this.client.destroy(this.#keyOf(id)))
  }

  #keyOf(id: string): string {
    return `${this.options.prefix}${id}`
  }

  /** In milliseconds: the option, else until the date of the cookie, else the lifetime of the cookie. */
  #ttlOf(session: Stored): number | undefined {
    const { ttl } = this.options
    const given = typeof ttl === 'function' ? ttl(session as never) : ttl
    if (given) return given
    const { maxAge, expires } = session.cookie ?? {}
    if (expires) return Math.ceil(new Date(expires as Date).valueOf() - Date.now())
    return typeof maxAge === 'number' ? maxAge : undefined
  }
}

/** What `ctx.sessionStore` is for a store of the options. */
export function storeShower({ names, prefix, ttl }: KoaOptions): (store: AnyStore | undefined) => unknown {
  if (names !== 'cookie' || !prefix) return store => store
  const shown = new WeakMap<object, PrefixedStore>()
  return store => {
    if (!store || kindOf(store as never) !== 'promise') return store
    let prefixed = shown.get(store)
    if (!prefixed) shown.set(store, (prefixed = new PrefixedStore(store as PromiseStore, { prefix, ttl })))
    return prefixed
  }
}
