import { isMarks, MARKS } from './reserved-key'
import { dataIn } from './session-view'

/**
 * An exact string that changes when the session's data does. It is the JSON of all keys but `cookie`, whose expiry moves
 * with every request, and what the library keeps under the reserved key. No hash: CRC-32 loses changes, and SHA-1 costs more time than comparing the text.
 *
 * @throws TypeError where the data cannot be stored: a circular reference, a BigInt
 */
export function serializeData(data: object): string {
  const { cookie: _, ...rest } = dataIn(data) as { cookie?: unknown; [MARKS]?: unknown }
  if (rest[MARKS] !== undefined && isMarks(rest[MARKS])) delete rest[MARKS]
  return serialize(rest)
}

/** The same with the reserved key: all that a store keeps beside the cookie. */
export function serializeRecord(record: object): string {
  const { cookie: _, ...rest } = dataIn(record) as { cookie?: unknown }
  return serialize(rest)
}

function serialize(rest: object): string {
  for (const _ in rest) return JSON.stringify(rest)
  // Most anonymous requests return here, twice; this takes a quarter of the time
  return '{}'
}
