import { isRefusedPromise } from '../../primitives/callbacks'
import { describeValue } from '../../primitives/describe-value'
import type { UserSettings } from '../settings/request-options'

/** In characters. Clients choose some of these texts, such as the name of their browser. */
const LONGEST_TEXT = 256

/** In bytes of JSON: the registry has it for each session of a user. */
const LARGEST = 2048

/**
 * What a list of sessions says of one beside its times.
 *
 * @throws TypeError unless it is a small object; what `describe` throws
 */
export function describeFor(describe: UserSettings['describe'], host: object): unknown {
  const given: unknown = describe?.(host as never)
  if (given === undefined || given === null) return undefined
  if (typeof given !== 'object' || Array.isArray(given) || isRefusedPromise(given))
    throw new TypeError(`describe option must return an object, not ${describeValue(given)}`)
  const text = jsonOf(given)
  if (Buffer.byteLength(text) > LARGEST) throw new TypeError(`describe option must return an object of at most ${LARGEST} bytes as JSON`)
  return JSON.parse(text) as unknown
}

function jsonOf(given: object): string {
  try {
    return JSON.stringify(given, (_key, value: unknown) => (typeof value === 'string' ? value.slice(0, LONGEST_TEXT) : value))
  } catch (cause) {
    throw new TypeError(`describe option must return an object that JSON can hold: ${(cause as Error).message}`, { cause })
  }
}
