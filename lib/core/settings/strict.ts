import { KeyObject } from 'node:crypto'
import { keyIn, type AnySecret, type Secret } from '../../primitives/secrets'
import { optionError } from '../errors/option-errors'
import type { OptionWarning, WarningCode } from '../diagnostics/warnings'

/** In bytes. An ID has 192 bits; a secret that is easier to guess than half of that makes the signature the weakest part. */
const LEAST = 16

/** What `strict` refuses. Unknown options are left to the warning: another version may know them. */
const REFUSED: readonly WarningCode[] = ['RESESSION_DROPPED_COOKIE', 'RESESSION_SHORT_SECRET']

/** Secrets that can be guessed. @param secret as the app gave it; nothing is known of what a function returns */
export function shortSecrets(option: string, secret: unknown): OptionWarning[] {
  const secrets = (Array.isArray(secret) ? secret : [secret]) as AnySecret[]
  const lengths = secrets.map(given => lengthOf(keyIn(given)))
  const shortest = Math.min(...lengths)
  if (shortest >= LEAST) return []
  const message = `Session option ${option} has a secret of ${shortest} bytes, which can be guessed; write at least ${LEAST}, such as the output of: openssl rand -base64 32`
  return [{ code: 'RESESSION_SHORT_SECRET', message }]
}

/** @throws TypeError for the first mistake that browsers or auditors refuse */
export function refuseIfStrict(strict: boolean | undefined, mistakes: readonly OptionWarning[]): void {
  if (strict !== undefined && typeof strict !== 'boolean') throw optionError('strict', 'be true or false', strict)
  const refused = strict ? mistakes.find(({ code }) => REFUSED.includes(code)) : undefined
  if (refused) throw new TypeError(`${refused.message} (refused because strict is true)`)
}

/** What is no secret at all is refused elsewhere. */
function lengthOf(secret: Secret): number {
  if (typeof secret === 'string') return Buffer.byteLength(secret)
  if (secret instanceof KeyObject) return secret.symmetricKeySize ?? Infinity
  return (secret as Partial<ArrayBufferView> | undefined | null)?.byteLength ?? Infinity
}
