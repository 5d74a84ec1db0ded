import { LruCache } from '../../primitives/lru-cache'
import type { Context } from '../context'
import type { KoasCookies } from './koas-cookies'
import { KeygripSignature } from './keygrip-signature'
import { signedValues } from './other-cookies'
import { linesOf } from './set-cookie-lines'

/** Entries per generation; the cache has two. */
const MOST = 5000
/** In characters. A longer cookie is rare, and takes the space of many. */
const LONGEST = 1024

/**
 * Caches values with valid signatures. `ctx.cookies` verifies a value with three HMACs and random bytes, half of the time of a request. The result is
 * the same as long as the keys are.
 */
export class VerifiedCookies {
  readonly #name: string
  #keys: readonly unknown[] = []
  #values = new LruCache<string>(MOST)
  /** By value. */
  #signatures = new LruCache<string>(MOST)

  /** Made of the first key, when it is first needed. */
  #signing: KeygripSignature | undefined

  constructor(
    name: string,
    private readonly koas: KoasCookies,
  ) {
    this.#name = name
  }

  get(ctx: Context): string | undefined {
    const { cookie: header } = ctx.req.headers
    const isOwn = this.koas.isOwn(ctx)
    if (header === undefined) return isOwn ? undefined : this.#ask(ctx)
    const signed = ctx.res ? undefined : signedValues(ctx, this.#name)
    if (signed) return signed[0]
    if (header.length > LONGEST || !this.#remembers(ctx.app.keys) || !isOwn) return this.#ask(ctx)
    const known = this.#values.get(header)
    if (known !== undefined) return known
    const before = linesOf(ctx).length
    const value = this.#ask(ctx)
    // A value signed with an older key is signed again each time. Another implementation of `ctx.cookies` leaves the context untouched
    if (value && linesOf(ctx).length === before && !this.koas.isUntouched(ctx)) this.#remember(ctx, header, value)
    return value
  }

  /** The signature of a value that `ctx.cookies` would make, as it was found beside the value. */
  signatureOf(ctx: Context, value: string): string | undefined {
    return this.koas.isOwn(ctx) && this.#remembers(ctx.app.keys) ? this.#signatures.get(value) : undefined
  }

  /** The signature that `ctx.cookies` makes by the keys of the app; undefined if they are hidden. */
  sign({ app: { keys } }: Context, value: string): string | undefined {
    if (!this.#remembers(keys) || typeof this.#keys[0] !== 'string') return undefined
    const known = this.#signatures.get(value)
    if (known !== undefined) return known
    this.#signing ??= new KeygripSignature(this.#keys[0])
    return this.#signing.of(`${this.#name}=${value}`)
  }

  #remember(ctx: Context, header: string, value: string): void {
    this.#values.set(header, value)
    const signature = ctx.cookies.get(`${this.#name}.sig`, { signed: false })
    if (signature) this.#signatures.set(value, signature)
  }

  #ask(ctx: Context): string | undefined {
    return ctx.cookies.get(this.#name, { signed: true })
  }

  /** Clears the cache if the keys have changed. A Keygrip does not expose its keys, and the bytes of a buffer can change unnoticed. */
  #remembers(keys: unknown): boolean {
    if (!Array.isArray(keys)) return false
    if (keys.length === this.#keys.length && keys.every((key, at) => key === this.#keys[at])) return true
    if (!keys.every(key => typeof key === 'string')) return false
    this.#keys = [...keys]
    this.#signing = undefined
    this.#values = new LruCache(MOST)
    this.#signatures = new LruCache(MOST)
    return true
  }
}
