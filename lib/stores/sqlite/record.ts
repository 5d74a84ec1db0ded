import type { Fetched } from '../../core/store/sync-methods'
import { APART, type Marked } from '../../core/record/reserved-key'
import { recordText, serializeRecord, withCookieFirst } from '../../core/record/serialize-data'
import { cloneJson } from '../../core/record/json-equality'
import { endOfCookie } from '../../core/record/lifetime'
import type { SessionData } from '../../core/record/session-data'

/** A parsed record, in parts. */
export interface ParsedRecord {
  readonly cookie: object | undefined
  /** Whether the cookie has an expiry, which is in the column `expires`. */
  readonly hasEnd: boolean
  /** All but the cookie. */
  readonly data: object
  /** The JSON of the data. */
  readonly text: string
}

/** @throws SyntaxError if another program has written something else */
export function parseRecord(json: string): ParsedRecord {
  const record = JSON.parse(json) as { cookie?: { expires?: unknown } } | null
  if (typeof record !== 'object' || record === null || Array.isArray(record))
    throw new SyntaxError('a session in the database is not an object')
  const { cookie, ...data } = record
  return { cookie, hasEnd: endOfCookie(cookie) !== undefined, data, text: serializeRecord(data) }
}

/** A copy for one caller. @param expires of the row, in milliseconds since 1970 */
export function fetchedFrom(parsed: ParsedRecord, version: number, expires: number): Fetched {
  const { cookie, hasEnd, data, text } = parsed
  const copy = cloneJson(data)
  if (!cookie) return { record: copy as SessionData, version, likeness: { text, parsed: data } }
  const end = hasEnd ? { expires: new Date(expires) } : undefined
  return { record: { cookie: { ...cloneJson(cookie), ...end }, ...copy } as never, version, likeness: { text, parsed: data } }
}

/** The record as JSON.parse would give it. */
export function plainRecord(parsed: ParsedRecord, expires: number): SessionData {
  const { record } = fetchedFrom(parsed, 0, expires)
  const cookie = record.cookie as { expires?: unknown } | undefined
  if (parsed.hasEnd && cookie) cookie.expires = new Date(expires).toISOString()
  return record
}

/**
 * The JSON of a session with the cookie first, as in express-session.
 *
 * @param data the JSON of its data without marks, if it is known
 */
export function jsonOf(session: SessionData & Marked, data = serializeRecord(session)): string {
  const text = recordText(data, session[APART])
  const cookie = JSON.stringify((session as Partial<SessionData>).cookie) as string | undefined
  return cookie === undefined ? text : withCookieFirst(cookie, text)
}
