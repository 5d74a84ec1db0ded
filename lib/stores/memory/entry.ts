import { cloneJson } from '../../core/record/json-equality'
import { APART, type Marks } from '../../core/record/reserved-key'
import { recordText, withCookieFirst } from '../../core/record/serialize-data'
import type { SessionData } from '../../core/record/session-data'
import type { Version } from '../../core/record/snapshot'
import type { SharedCookie } from './shared-cookies'

/** A stored session. The cookie is kept apart, so that a touch neither parses nor writes the data. */
export interface Entry {
  /** The JSON of the data. */
  readonly data: string
  readonly form: SharedCookie | undefined
  /** Milliseconds since 1970. Absent for a session that ends with the browser, which saves 24 bytes of heap. */
  expires?: number | undefined
  /** What the library stores with the session. Apart, so that neither is parsed or written for the other. */
  readonly marks?: Marks
}

/** Whether only the expiry has been written since. */
export function isVersion(entry: Entry | undefined, version: Version | null): boolean {
  if (!entry || version === null) return !entry && version === null
  const { data, form, marks } = version as Entry
  return entry.data === data && entry.form === form && entry.marks === marks
}

/** The JSON of the record, with the cookie first, as in a session's own JSON. */
export function textOf({ form, data, expires, marks }: Entry): string {
  const text = recordText(data, marks)
  if (!form) return text
  const { head, tail } = form
  const dated = expires === undefined || tail === undefined ? head : head + new Date(expires).toISOString() + tail
  return withCookieFirst(dated, text)
}

/**
 * The parsed record, with the cookie first, and the marks apart.
 *
 * @param known the parsed data, if they are known
 */
export function recordOf(entry: Entry, known?: object): SessionData {
  const { form, data, expires, marks } = entry
  if (form?.isNested) return JSON.parse(textOf(entry)) as SessionData
  const parsed = (known ? cloneJson(known) : JSON.parse(data)) as Record<string, unknown>
  if (!form) return (marks ? { ...parsed, [APART]: marks } : parsed) as never as SessionData
  const cookie: { expires?: unknown } = { ...form.attributes }
  if (expires !== undefined && form.tail !== undefined) cookie.expires = new Date(expires)
  return (marks ? { cookie, ...parsed, [APART]: marks } : { cookie, ...parsed }) as never
}

/** Whether the end of an entry has passed. @param now if it is known, in milliseconds since 1970 */
export function hasExpired({ expires }: Entry, now?: number): boolean {
  return expires !== undefined && expires <= (now ?? Date.now())
}
