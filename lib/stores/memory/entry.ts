import { cloneJson } from '../../core/record/json-equality'
import type { SessionData } from '../../core/record/session-data'
import type { Version } from '../../core/record/snapshot'
import type { SharedCookie } from './shared-cookies'

/** A stored session. The cookie is kept apart, so that a touch neither parses nor writes the data. */
export interface Entry {
  readonly data: string
  readonly form: SharedCookie | undefined
  /** Milliseconds since 1970. Absent for a session that ends with the browser, which saves 24 bytes of heap. */
  expires?: number
}

/** Whether only the expiry has been written since. */
export function isVersion(entry: Entry | undefined, version: Version | null): boolean {
  if (!entry || version === null) return !entry && version === null
  const { data, form } = version as Entry
  return entry.data === data && entry.form === form
}

/** The JSON of the record, with the cookie first, as in a session's own JSON. */
export function textOf({ form, data, expires }: Entry): string {
  if (!form) return data
  const { head, tail } = form
  const dated = expires === undefined || tail === undefined ? head : head + new Date(expires).toISOString() + tail
  return data === '{}' ? `{"cookie":${dated}}` : `{"cookie":${dated},${data.slice(1)}`
}

/**
 * The parsed record, with the cookie first.
 *
 * @param known the parsed data, if they are known
 */
export function recordOf(entry: Entry, known?: object): SessionData {
  const { form, data, expires } = entry
  if (form?.isNested) return JSON.parse(textOf(entry)) as SessionData
  const parsed = (known ? cloneJson(known) : JSON.parse(data)) as Record<string, unknown>
  if (!form) return parsed as never as SessionData
  const cookie: { expires?: unknown } = { ...form.attributes }
  if (expires !== undefined && form.tail !== undefined) cookie.expires = new Date(expires)
  return { cookie, ...parsed } as never
}

/** An invalid date never expires: stores pass it on, and express-session does not check it. */
export function expiryOf({ expires }: { readonly expires?: unknown }): number | undefined {
  if (typeof expires !== 'string' && typeof expires !== 'number' && !(expires instanceof Date)) return undefined
  const time = new Date(expires).valueOf()
  return Number.isNaN(time) ? undefined : time
}

/** Whether the end of an entry has passed. @param now if it is known, in milliseconds since 1970 */
export function hasExpired({ expires }: Entry, now?: number): boolean {
  return expires !== undefined && expires <= (now ?? Date.now())
}
