import { createHmac, KeyObject, type BinaryLike } from 'node:crypto'
import { describeType } from './describe-value'

/** A key for `crypto.createHmac`. Use at least 32 random bytes. */
export type Secret = BinaryLike | KeyObject

/** A secret with its period of validity, so that it can be deployed before it signs, and retired at a date. */
export interface DatedSecret {
  key: Secret
  /**
   * When it begins to sign: a Date, milliseconds since 1970, or a text that `Date` parses. It verifies before that.
   *
   * @default always
   */
  from?: Date | number | string | undefined
  /**
   * When it stops to verify.
   *
   * @default never
   */
  until?: Date | number | string | undefined
}

/** A secret, with or without a period of validity. */
export type AnySecret = Secret | DatedSecret

/**
 * @returns the list of secrets; the app's own array if it gave one
 * @throws TypeError for a secret that can never sign, and for an empty list
 */
export function checkSecrets(secret: Secret | AnySecret[]): readonly AnySecret[] {
  const secrets = listOf(secret)
  if (secrets.length === 0) throw new TypeError('secret option array must contain one or more strings')
  for (const [at, given] of secrets.entries()) {
    if (at > 0 && isMissing(given)) continue
    if (Array.isArray(secret) && isEmpty(keyIn(given))) throw emptyEntry(at, keyIn(given))
    checkKey(keyIn(given))
    if (isDated(given)) checkDates(given)
  }
  return secrets
}

/**
 * Whether an entry is undefined or null, which an unset environment variable leaves, or false, as in `[secret, hasOld && old]`. Behind the first one, which
 * signs, it is left out.
 */
export function isMissing(secret: AnySecret | null | undefined | false): boolean {
  return secret === undefined || secret === null || secret === false
}

function hasMissing(secrets: readonly AnySecret[]): boolean {
  // Not `some`, which skips the holes that `delete` leaves
  for (const secret of secrets) if (isMissing(secret)) return true
  return false
}

function emptyEntry(at: number, secret: Secret): TypeError {
  const what = isMissing(secret) ? describeType(secret) : 'empty'
  return new TypeError(
    `secret option must not be empty: entry ${at} of the array is ${what}; set the environment variable that it comes from`,
  )
}

/** The secrets of an option as an array, the first one signs. */
export function listOf(secret: Secret | AnySecret[] | undefined): readonly AnySecret[] {
  if (Array.isArray(secret)) return secret
  return secret === undefined || secret === null ? [] : [secret]
}

/** @throws TypeError for an empty key, with which anyone could sign */
export function checked(secrets: readonly Secret[]): readonly Secret[] {
  for (const secret of secrets) {
    if (!isEmpty(secret)) continue
    throw isMissing(secret) && secrets.length > 1 ? emptyEntry(0, secret) : new TypeError('secret option must not be empty')
  }
  return secrets
}

function isEmpty(secret: Secret): boolean {
  // Each request asks, and counting the bytes of a text takes longer
  return typeof secret === 'string' ? secret === '' : !secret || bytesOf(secret) === 0
}

/** The length of a secret in bytes; Infinity if it is unknown. */
export function bytesOf(secret: Secret): number {
  if (typeof secret === 'string') return Buffer.byteLength(secret)
  if (secret instanceof KeyObject) return secret.symmetricKeySize ?? Infinity
  return (secret as Partial<ArrayBufferView> | undefined | null)?.byteLength ?? Infinity
}

function checkKey(secret: Secret): void {
  checked([secret])
  try {
    createHmac('sha256', secret)
  } catch {
    // Only its type, because an error message must not show a secret
    const what = 'secret option must be a string, a Buffer, a KeyObject, a function, or an array of the first three'
    throw new TypeError(`${what}, not ${describeType(secret)}`)
  }
}

/** Whether a secret has a period of validity. */
export function isDated(secret: AnySecret): secret is DatedSecret {
  return typeof secret === 'object' && secret !== null && Object.hasOwn(secret, 'key')
}

/** The key of a secret, dated or not. */
export function keyIn(secret: AnySecret): Secret {
  return isDated(secret) ? secret.key : secret
}

/** @throws TypeError for invalid dates, or a period that ends before it begins */
export function checkDates({ from, until }: DatedSecret): void {
  const [begin, end] = [timeOf(from, -Infinity), timeOf(until, Infinity)]
  if (Number.isNaN(begin) || Number.isNaN(end)) throw new TypeError('secret option must have dates in from and until')
  if (begin >= end) throw new TypeError('secret option must have a secret whose until is later than its from')
}

/**
 * The secrets that are valid now. The first one signs: the newest of those whose `from` has passed; if several are as new, the first of the list.
 * Secrets whose `from` has not come verify, because another process may sign with them already.
 *
 * @returns the same array if no secret is dated or missing
 * @throws Error if none of the secrets may sign now
 */
export function validSecrets(given: readonly AnySecret[], now = Date.now()): readonly Secret[] {
  const secrets = hasMissing(given) ? Array.from(given).filter((secret, at) => at === 0 || !isMissing(secret)) : given
  if (!secrets.some(isDated)) return secrets as readonly Secret[]
  const valid = secrets.map(secret => timed(secret)).filter(({ until }) => until > now)
  let signing: Timed | undefined
  for (const secret of valid) if (secret.from <= now && (!signing || secret.from > signing.from)) signing = secret
  if (!signing) throw new Error('secret option has no secret that is valid now')
  const keys = [signing.key, ...valid.filter(secret => secret !== signing).map(({ key }) => key)]
  dated.add(keys)
  return keys
}

/** The results of `validSecrets` for lists in which a secret has dates. */
const dated = new WeakSet<readonly Secret[]>()

/** Whether these secrets are those of a list with dates that are valid now: then others are not, although they may have been. */
export function areOfDates(secrets: readonly Secret[]): boolean {
  return dated.has(secrets)
}

interface Timed {
  readonly key: Secret
  /** In milliseconds since 1970. */
  readonly from: number
  readonly until: number
}

function timed(secret: AnySecret): Timed {
  if (!isDated(secret)) return { key: secret, from: -Infinity, until: Infinity }
  return { key: secret.key, from: timeOf(secret.from, -Infinity), until: timeOf(secret.until, Infinity) }
}

function timeOf(date: DatedSecret['from'], otherwise: number): number {
  return date === undefined || date === null ? otherwise : new Date(date).valueOf()
}
