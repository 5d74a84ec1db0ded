import { sign, unsign } from 'cookie-signature'
import { KeyObject, type CipherKey } from 'node:crypto'
import type { Secret } from '../core/options'

/** How many are remembered at least; each takes about 300 bytes, and twice as many are kept at most. */
const MOST = 10_000

interface Signed {
  readonly secret: Secret
  /** The id of a value, or the value of an id. */
  readonly text: string
}

/**
 * Signs ids, and verifies what clients say was signed. What was signed or has held once is remembered, for an HMAC costs ten times as much; what has
 * not is forgotten at once, so that nobody can fill the memory with it.
 */
export class Signatures {
  readonly #ids = new Recent()
  readonly #values = new Recent()

  /** The id with its signature, by the first secret. */
  sign(id: string, [secret]: readonly Secret[]): string {
    const known = this.#values.get(id)
    if (known && known.secret === secret) return known.text
    const text = `s:${sign(id, secret as CipherKey)}`
    if (secret && isConstant(secret)) this.#values.set(id, { secret, text })
    return text
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
      const id = unsign(signed, secret)
      if (!id) continue
      // Of copies, since a part of a header keeps all of it in memory
      if (isConstant(secret)) this.#ids.set(copyOf(value), { secret, text: copyOf(id) })
      return id
    }
    return undefined
  }
}

/** What was used lately, in two generations, of which the older one goes. */
class Recent {
  #young = new Map<string, Signed>()
  #old = new Map<string, Signed>()

  get(key: string): Signed | undefined {
    const signed = this.#young.get(key)
    if (signed || this.#old.size === 0) return signed
    const older = this.#old.get(key)
    if (older) this.set(key, older)
    return older
  }

  set(key: string, signed: Signed): void {
    if (this.#young.size >= MOST) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(key, signed)
  }
}

/** The bytes of a buffer can become others, and nobody hears of it. */
function isConstant(secret: Secret): boolean {
  return typeof secret === 'string' || secret instanceof KeyObject
}

function copyOf(text: string): string {
  return Buffer.from(text).toString()
}
