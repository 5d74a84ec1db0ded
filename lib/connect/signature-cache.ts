import { sign, unsign } from 'cookie-signature'
import { createSecretKey, KeyObject, type CipherKey } from 'node:crypto'
import { debug } from '../core/diagnostics/debug'
import type { Secret } from '../primitives/secrets'
import { LruCache } from '../primitives/lru-cache'

/** Number of entries per generation, each about 450 bytes. The cache has at most two generations. */
const MOST = 10_000
/** Longest value in characters. A session in a cookie has up to 4,000, and each change makes a new value. */
const LONGEST = 512

interface Held {
  readonly secret: Secret
  /** The ID of a value, or the value of an ID. */
  readonly text: string
}

/**
 * Signs IDs, and verifies signed values. Valid signatures are cached, because an HMAC takes ten times as long as a lookup. Invalid ones are not, so
 * that no client can fill the memory. New IDs are not either, because most clients never return.
 */
export class SignatureCache {
  /** By value, as in the header. */
  readonly #ids = new LruCache<Held>(MOST)
  /** By ID. */
  readonly #values = new LruCache<Held>(MOST)

  /** The ID with a signature by the first secret. */
  sign(id: string, secrets: readonly Secret[]): string {
    const known = this.#values.get(id)
    return known && known.secret === secrets[0] ? known.text : signedCookieValue(id, secrets)
  }

  /**
   * The ID, if one of the secrets has signed it.
   *
   * @param value as in the header
   * @param read decodes it to an ID with a signature
   */
  verify(value: string, secrets: readonly Secret[], read: (value: string) => string | undefined): string | undefined {
    const known = this.#ids.get(value)
    // After a secret is removed, its signatures are no longer valid
    if (known && secrets.includes(known.secret)) return known.text
    const signed = read(value)
    if (signed === undefined) return undefined
    for (const secret of secrets) {
      const id = unsign(signed, keyOf(secret))
      if (!id) continue
      if (isConstant(secret) && value.length <= LONGEST) this.#remember(value, copyOf(id), `s:${copyOf(signed)}`, secret)
      return id
    }
    debug('cookie signature invalid')
    return undefined
  }

  #remember(value: string, id: string, signed: string, secret: Secret): void {
    this.#ids.set(copyOf(value), { secret, text: id })
    this.#values.set(id, { secret, text: signed })
  }
}

/** A text with its signature, as in a cookie before encoding. */
export function signedCookieValue(text: string, [secret]: readonly Secret[]): string {
  return `s:${sign(text, keyOf(secret as Secret))}`
}

/** Entries per generation: a function of secrets may return new ones each time. */
const MOST_KEYS = 32
const keys = new LruCache<KeyObject>(MOST_KEYS)

/** Converts a text to a key once. The conversion takes a tenth of the time of an HMAC. */
function keyOf(secret: Secret): CipherKey {
  if (typeof secret !== 'string') return secret as CipherKey
  let key = keys.get(secret)
  if (!key) keys.set(secret, (key = createSecretKey(secret, 'utf8')))
  return key
}

/** Whether the secret cannot change. The bytes of a buffer can change without notice. */
function isConstant(secret: Secret): boolean {
  return typeof secret === 'string' || secret instanceof KeyObject
}

/** A copy of the text: a substring would keep the whole header in memory. */
function copyOf(text: string): string {
  return Buffer.from(text).toString()
}
