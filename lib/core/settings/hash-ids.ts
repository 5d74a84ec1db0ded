import { isPromise } from '../../primitives/callbacks'
import { optionError } from '../errors/option-errors'
import type { Host } from '../session/session'
import type { HashIds } from '../store/store-keys'
import { isKey } from '../store/store-keys'
import type { PerHost } from './options'

/** In bits: ASVS 5.0 section 7.2.3. The ID of a shorter hash could be guessed. */
const LEAST = 128

/** @throws TypeError for an invalid value */
export function checkHashIds(option: boolean | 'migrate' | undefined): HashIds | undefined {
  if (option === true || option === 'migrate') return option
  if (option === undefined || option === false) return undefined
  throw optionError('hashIds', 'be true or "migrate"', option)
}

/**
 * For sessions in the cookie. `true` has no effect, because no store has their IDs.
 *
 * @throws TypeError for `'migrate'`, because there is nothing to move, and for an invalid value
 */
export function checkHashIdsInCookie(option: boolean | 'migrate' | undefined): void {
  if (checkHashIds(option) !== 'migrate') return
  throw new TypeError(
    'hashIds option must not be "migrate" for sessions that are kept in the cookie: no store has their IDs; write true, or leave it out',
  )
}

/** @returns a `genid` that throws a TypeError for an ID that is too short */
export function strong(genid: PerHost<Host, string>): PerHost<Host, string> {
  return host => {
    const id = genid(host)
    return isPromise<string>(id) ? id.then(checkStrength) : checkStrength(id)
  }
}

/** A value that is not an ID is refused later. */
function checkStrength(id: string): string {
  if (typeof id !== 'string' || !id) return id
  if (isKey(id)) throw new TypeError('genid must give an ID that does not begin with "h1.", if hashIds is set')
  if (bitsOf(id) >= LEAST) return id
  const needed = `an ID of at least ${LEAST} random bits, if hashIds is set: 22 characters of base64url, or 32 hexadecimal digits`
  throw new TypeError(
    `genid must give ${needed}. This one has ${id.length} characters; leave genid out, or write () => crypto.randomUUID()`,
  )
}

/** The largest number of random bits of an ID, from its length and the alphabet of its characters. The hyphens of a UUID do not count. */
function bitsOf(id: string): number {
  const plain = id.replaceAll('-', '')
  if (/^\d*$/.test(plain)) return plain.length * Math.log2(10)
  if (/^[\da-f]*$/i.test(plain)) return plain.length * 4
  if (/^([\da-z]*|[\dA-Z]*)$/.test(plain)) return plain.length * Math.log2(36)
  return id.length * 6
}
