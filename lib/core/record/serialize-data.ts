import { APART, isMarks, MARKS, type Marked, type Marks } from './reserved-key'
import type { SessionData } from './session-data'
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

/** The same including marks under the reserved key: all that a store keeps beside the cookie. */
export function serializeRecord(record: object): string {
  const { cookie: _, ...rest } = dataIn(record) as { cookie?: unknown }
  return serialize(rest)
}

/**
 * The JSON of data with marks behind them.
 *
 * @param text the JSON of the data. If they have a `toJSON`, it may be that of something else than an object
 */
export function recordText(text: string, marks: Marks | undefined): string {
  if (!marks || !text.endsWith('}')) return text
  return `${text === '{}' ? '{' : `${text.slice(0, -1)},`}"${MARKS}":${JSON.stringify(marks)}}`
}

/** The JSON of a record with the cookie first, as express-session has it. @param cookie its JSON. @param text the JSON of the rest */
export function withCookieFirst(cookie: string, text: string): string {
  return text === '{}' ? `{"cookie":${cookie}}` : `{"cookie":${cookie},${text.slice(1)}`
}

/** The JSON of a record that a store was given, with its cookie and marks. */
export function wholeText(record: SessionData): string {
  const { [APART]: apart, ...rest } = dataIn(record) as Marked
  return JSON.stringify({ ...rest, ...(apart && { [MARKS]: apart }), cookie: record.cookie })
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
