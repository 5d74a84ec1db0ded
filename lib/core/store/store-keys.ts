import crypto = require('node:crypto')
import { LruCache } from '../../primitives/lru-cache'
import type { MovedLifetime } from './records/key-migration'

/** `'migrate'` finds records under IDs and moves them; `true` finds only records under hashes. */
export type HashIds = 'migrate' | true

/** The version of the keys: another way to hash gets another prefix. */
const PREFIX = 'h1.'

/** Prepended to the ID, so that hashes of IDs for other purposes are not keys. */
const PURPOSE = 'resession id\0'

/** Keys per generation of the cache. */
const MOST = 1000

/** Since Node 20.12. It is twice as fast as `createHash`. */
const { hash } = crypto as Partial<Pick<typeof crypto, 'hash'>>

/** The key of an ID. It needs no secret, so that a new secret loses no session: an ID with 128 random bits cannot be guessed from its hash. */
export function hashedKey(id: string): string {
  const text = PURPOSE + id
  return PREFIX + (hash ? hash('sha256', text, 'base64url') : crypto.createHash('sha256').update(text).digest('base64url'))
}

/** Whether this is a key of a record, which is never an ID. */
export function isKey(id: string): boolean {
  return id.startsWith(PREFIX)
}

/** Begins the ID of a user's registry. It is no ID of a session, and its key is the same with and without hashes. */
export const REGISTRY = 'u!'

/** Whether this is the ID of a user's registry. No client may have it as the ID of a session. */
export function isRegistry(id: string): boolean {
  return id.startsWith(REGISTRY)
}

/** Converts IDs to keys of a store. Shared by all clients of one kind of store. */
export class StoreKeys {
  #mode: HashIds | undefined
  readonly #known = new LruCache<string>(MOST)
  #lifetime: MovedLifetime = { renews: false, limits: undefined, endsByRecord: false }

  get mode(): HashIds | undefined {
    return this.#mode
  }

  get lifetime(): MovedLifetime {
    return this.#lifetime
  }

  /**
   * Sets the mode for all middlewares of the store.
   *
   * @throws TypeError if another middleware has set a different one
   */
  use(mode: HashIds | undefined, lifetime: MovedLifetime): void {
    if (!mode) return
    if (this.#mode && this.#mode !== mode) {
      throw new TypeError(
        `hashIds option must be the same for all middlewares of a store: another one says ${JSON.stringify(this.#mode)}, not ${JSON.stringify(mode)}`,
      )
    }
    this.#mode = mode
    this.#lifetime = lifetime
  }

  /** Takes over the mode of another store of the same kind, unless one is set. */
  adopt(other: StoreKeys): void {
    if (this.#mode || !other.mode) return
    this.use(other.mode, other.lifetime)
  }

  of(id: string): string {
    if (!this.#mode || isRegistry(id)) return id
    const known = this.#known.get(id)
    if (known !== undefined) return known
    const key = hashedKey(id)
    this.#known.set(id, key)
    return key
  }

  /**
   * The keys of a record, oldest first. In a list of keys from before the option, a key is an ID, and the record may have been moved from it.
   *
   * @param key from such a list
   */
  allOf(key: string): readonly string[] {
    if (!this.#mode || isKey(key)) return [key]
    return this.#mode === 'migrate' ? [key, this.of(key)] : [this.of(key)]
  }

  /**
   * The key under which an older record may be. A key is never accepted as an ID, so that the keys in a stolen copy of the store reach no session.
   */
  olderOf(id: string): string | undefined {
    return this.#mode === 'migrate' && !isKey(id) && !isRegistry(id) ? id : undefined
  }
}
