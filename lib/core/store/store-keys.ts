import crypto = require('node:crypto')
import { LruCache } from '../../primitives/lru-cache'
import type { MovedLifetime } from './key-migration'

/** `'migrate'` finds and moves records that are stored under IDs; `true` knows only those under hashes. */
export type HashIds = 'migrate' | true

/** The version of the keys. A later way to hash has another prefix. */
const PREFIX = 'h1.'

/** What is hashed begins with this, so that no hash of an ID that is made for another purpose is a key. */
const PURPOSE = 'resession id\0'

/** How many keys are remembered at least, each for the calls of one request. */
const MOST = 1000

/** Node 20.12 has a function that is twice as fast as `createHash`. */
const { hash } = crypto as Partial<Pick<typeof crypto, 'hash'>>

/** The key of an ID. There is no secret in it: a new secret must not lose the sessions. An ID has 128 random bits, so that no hash can be guessed. */
export function hashedKey(id: string): string {
  const text = PURPOSE + id
  return PREFIX + (hash ? hash('sha256', text, 'base64url') : crypto.createHash('sha256').update(text).digest('base64url'))
}

/** Whether this is the key of a record, and so no ID. */
export function isKey(id: string): boolean {
  return id.startsWith(PREFIX)
}

/** Under which key a store has the session of an ID. Shared by all clients of one kind of store. */
export class StoreKeys {
  #mode: HashIds | undefined
  readonly #known = new LruCache<string>(MOST)
  #lifetime: MovedLifetime = { renews: false, limits: undefined }

  get mode(): HashIds | undefined {
    return this.#mode
  }

  get lifetime(): MovedLifetime {
    return this.#lifetime
  }

  /**
   * From now on, for all middlewares of the store.
   *
   * @throws TypeError if another middleware of the store says something else
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

  /** As another store of the kind, if no middleware of this one has said anything. */
  adopt(other: StoreKeys): void {
    if (this.#mode || !other.mode) return
    this.use(other.mode, other.lifetime)
  }

  of(id: string): string {
    if (!this.#mode) return id
    const known = this.#known.get(id)
    if (known !== undefined) return known
    const key = hashedKey(id)
    this.#known.set(id, key)
    return key
  }

  /**
   * The key that the session may have from before. A key is never an ID: with the keys of a stolen copy of the store, no session can be reached.
   */
  olderOf(id: string): string | undefined {
    return this.#mode === 'migrate' && !isKey(id) ? id : undefined
  }
}
