import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { DerivedKeys } from './derived-keys'
import type { Secret } from './secrets'

/** Sizes in bytes. NIST SP 800-38D section 5.2.1.1 recommends an IV of 96 bits. 16 bytes is the longest tag. */
const IV = 12
const TAG = 16

/** The version of the format, before each sealed text. */
const MARK = '1.'

/** The keys of sessions that are sealed in the cookie. Other purposes have other keys. */
export const sealingKeys = (): DerivedKeys => new DerivedKeys('resession sealed session')

/**
 * Encrypts and authenticates texts with AES-256-GCM, with keys derived from the secrets.
 *
 * @param secrets the first one seals, all of them open; to rotate, put the new one first
 * @param what purpose, such as the cookie's name: a text sealed for another purpose is not opened
 * @param keys derived keys to share
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

  /** @returns undefined if none of the secrets has sealed it. There is no fallback to unsealed text (CVE-2026-39324) */
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
