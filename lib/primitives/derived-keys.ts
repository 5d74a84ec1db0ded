import { hkdfSync } from 'node:crypto'
import { checkSecrets, type Secret } from './secrets'

/** A function of secrets may return new ones each time. */
const MOST_KEPT = 32

/** Derives keys of 256 bits from secrets with HKDF-SHA256 (RFC 5869), so that each purpose has a key of its own. */
export class DerivedKeys {
  readonly #keys = new Map<Secret, Buffer>()

  constructor(
    private readonly purpose: string,
    private readonly salt = '',
  ) {}

  /** @throws TypeError for an empty or invalid secret */
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
