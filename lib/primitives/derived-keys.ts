import { hkdfSync } from 'node:crypto'
import { checkSecrets, type Secret } from './secrets'

/** A function that gives secrets may give others each time. */
const MOST_KEPT = 32

/** Keys of 256 bits that HKDF-SHA256 (RFC 5869) makes of secrets: what has been done with one for a purpose says nothing for another. */
export class DerivedKeys {
  readonly #keys = new Map<Secret, Buffer>()

  constructor(
    private readonly purpose: string,
    private readonly salt = '',
  ) {}

  /** @throws TypeError for an empty secret, and for what is none */
  of(secret: Secret): Buffer {
    let key = this.#keys.get(secret)
    if (key) return key
    checkSecrets(secret)
    key = Buffer.from(hkdfSync('sha256', secret as string, this.salt, this.purpose, 32))
    if (this.#keys.size === MOST_KEPT) this.#keys.clear()
    this.#keys.set(secret, key)
    return key
  }
}
