import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { DerivedKeys } from './derived-keys'
import type { Secret } from './secrets'

/** Sizes in bytes. NIST SP 800-38D section 5.2.1.1 recommends 96 bits for the first; the second is the longest tag there is. */
const IV = 12
const TAG = 16

/** Before each sealed text, so that its form can change one day. */
const MARK = '1.'

export const sealingKeys = (): DerivedKeys => new DerivedKeys('resession sealed session')

/**
 * Makes of texts what nobody can read or change without a secret: AES-256-GCM, under keys that are made of the secrets.
 *
 * @param secrets the first seals, all open: to change a secret, put the new one in front
 * @param what is sealed, such as the cookie's name: what was sealed for another name is not opened
 * @param keys that were made before
 */
export class Seal {
  readonly #secrets: readonly Secret[]

  constructor(
    secrets: readonly Secret[],
    private readonly what: string,
    private readonly keys = sealingKeys(),
  ) {
    this.#secrets = secrets
  }

  seal(text: string): string {
    const iv = randomBytes(IV)
    const cipher = createCipheriv('aes-256-gcm', this.keys.of(this.#secrets[0] as Secret), iv).setAAD(Buffer.from(this.what))
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
    return MARK + Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url')
  }

  /** @returns nothing for what none of the secrets has sealed: there is no other way to read it (CVE-2026-39324) */
  unseal(sealed: string): string | undefined {
    if (!sealed.startsWith(MARK)) return undefined
    const bytes = Buffer.from(sealed.slice(MARK.length), 'base64url')
    if (bytes.length < IV + TAG) return undefined
    for (const secret of this.#secrets) {
      const text = this.#openWith(this.keys.of(secret), bytes)
      if (text !== undefined) return text
    }
    return undefined
  }

  #openWith(key: Buffer, bytes: Buffer): string | undefined {
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV), { authTagLength: TAG }).setAAD(Buffer.from(this.what))
    decipher.setAuthTag(bytes.subarray(IV, IV + TAG))
    try {
      return decipher.update(bytes.subarray(IV + TAG)).toString('utf8') + decipher.final('utf8')
    } catch {
      return undefined
    }
  }
}
