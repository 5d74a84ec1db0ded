import { sign, unsign } from 'cookie-signature'
import { createSecretKey, KeyObject, type CipherKey } from 'node:crypto'
import { debug } from '../core/diagnostics/debug'
import type { Secret } from '../primitives/secrets'
import { LruCache } from '../primitives/lru-cache'

/** How many are remembered at least; each takes about 450 bytes, and twice as many are kept at most. */
const MOST = 10_000
/** In characters of the value. A session that is kept in its cookie may have 4000, and a visitor who changes it has another one each time. */
const LONGEST = 512

interface Held {
  readonly secret: Secret
  /** The id of a value, or the value of an id. */
  readonly text: string
}

/**
 * Signs ids, and verifies what clients say was signed. What has held once is remembered, for an HMAC costs ten times as much; what has not is forgotten
 * at once, so that nobody can fill the memory with it. Nor is what is new: most who are given a cookie never come back.
 */
export class SignatureCache {
  /** Under values as they stand in headers. */
  readonly #ids = new LruCache<Held>(MOST)
  /** Under ids. */
  readonly #values = new LruCache<Held>(MOST)

  /** The id with its signature, by the first secret. */
  sign(id: string, secrets: readonly Secret[]): string {
    const known = this.#values.get(id)
    return known && known.secret === secrets[0] ? known.text : signedCookieValue(id, secrets)
  }

  /**
   * The id, if its signature holds by one of the secrets.
   *
   * @param value as it stands in the header
   * @param read makes of it an id with a signature
   */
  verify(value: string, secrets: readonly Secret[], read: (value: string) => string | undefined): string | undefined {
    const known = this.#ids.get(value)
    // By a secret that has been taken away nothing holds any more
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

/** What has been signed, as it stands in a cookie but for the encoding. */
export function signedCookieValue(text: string, [secret]: readonly Secret[]): string {
  return `s:${sign(text, keyOf(secret as Secret))}`
}

/** How many are kept at least: a function that gives secrets may give others each time. */
const MOST_KEYS = 32
const keys = new LruCache<KeyObject>(MOST_KEYS)

/** A text is made a key once: that is a tenth of the time of an HMAC. */
function keyOf(secret: Secret): CipherKey {
  if (typeof secret !== 'string') return secret as CipherKey
  let key = keys.get(secret)
  if (!key) keys.set(secret, (key = createSecretKey(secret, 'utf8')))
  return key
}

/** The bytes of a buffer can become others, and nobody hears of it. */
function isConstant(secret: Secret): boolean {
  return typeof secret === 'string' || secret instanceof KeyObject
}

/** A part of a header would keep all of it in memory. */
function copyOf(text: string): string {
  return Buffer.from(text).toString()
}
