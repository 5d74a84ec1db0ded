import { isMarks, MARKS } from './reserved-key'
import { dataIn } from './session-view'

/**
 * A string that changes with the session's data. It is the JSON of all keys but `cookie`, whose expiry moves with every request, and the marks. Not a
 * hash: CRC-32 misses changes, and SHA-1 takes longer than comparing the text.
 *
 * @throws TypeError if the data cannot be serialized: a circular reference, a BigInt
 */
export function serializeData(data: object): string {
  const all = dataIn(data)
  if (isEmpty(all)) return EMPTY
  const { cookie: _, ...rest } = all as { cookie?: unknown; [MARKS]?: unknown }
  if (rest[MARKS] !== undefined && isMarks(rest[MARKS])) delete rest[MARKS]
  return serialize(rest)
}

/** The same including the marks: all that a store keeps beside the cookie. */
export function serializeRecord(record: object): string {
  const { cookie: _, ...rest } = dataIn(record) as { cookie?: unknown }
  return serialize(rest)
}

/**
 * What `serializeRecord` gives, without serializing the data again.
 *
 * @param record with the marks behind its data
 * @param text what `serializeData` gives
 */
export function recordText(record: object, text: string): string {
  const marks = (record as { readonly [MARKS]?: unknown })[MARKS]
  if (!isMarks(marks)) return text
  // The data's own toJSON may give something else than an object
  if (!text.endsWith('}')) return serializeRecord(record)
  return `${text === '{}' ? '{' : `${text.slice(0, -1)},`}"${MARKS}":${JSON.stringify(marks)}}`
}

function serialize(rest: object): string {
  for (const _ in rest) return JSON.stringify(rest)
  return EMPTY
}

const EMPTY = '{}'

/** Whether there is nothing but a cookie. The data of most anonymous requests are serialized twice, and need no copy then. */
function isEmpty(data: object): boolean {
  for (const key in data) if (key !== 'cookie') return false
  return true
}
