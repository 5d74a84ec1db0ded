import { cloneJson } from '../../core/record/json-equality'
import type { SessionData } from '../../core/record/session-data'
import type { Version } from '../../core/record/snapshot'
import type { SharedCookie } from './shared-cookies'

/** One session at rest. The cookie is kept apart, so that a touch neither parses nor writes the data. */
export interface Entry {
  readonly data: string
  readonly form: SharedCookie | undefined
  /** Milliseconds since 1970. A session that ends with the browser has no such field, which is 24 bytes of heap less. */
  expires?: number
}

/** Whether nothing was written since but expiries. */
export function isVersion(entry: Entry | undefined, version: Version | null): boolean {
  if (!entry || version === null) return !entry && version === null
  const { data, form } = version as Entry
  return entry.data === data && entry.form === form
}

/** The cookie first, as in a session's own JSON. */
export function textOf({ form, data, expires }: Entry): string {
  if (!form) return data
  const { head, tail } = form
  const dated = expires === undefined || tail === undefined ? head : head + new Date(expires).toISOString() + tail
  return data === '{}' ? `{"cookie":${dated}}` : `{"cookie":${dated},${data.slice(1)}`
}

/** The cookie first, here too. @param known what the data say, where they need not be parsed */
export function recordOf(entry: Entry, known?: object): SessionData {
  const { form, data, expires } = entry
  if (form?.isNested) return JSON.parse(textOf(entry)) as SessionData
  const parsed = (known ? cloneJson(known) : JSON.parse(data)) as Record<string, unknown>
  if (!form) return parsed as never as SessionData
  const { attributes, tail } = form
  const cookie = expires === undefined || tail === undefined ? { ...attributes } : { ...attributes, expires: new Date(expires) }
  // A spread would take as long as half of the parsing
  const record: Record<string, unknown> = { cookie }
  for (const key in parsed) {
    if (key === '__proto__') return { cookie, ...parsed } as never
    record[key] = parsed[key]
  }
  return record as never as SessionData
}

/** What is no date never expires: stores pass it on, and upstream does not judge it. */
export function expiryOf({ expires }: { readonly expires?: unknown }): number | undefined {
  if (typeof expires !== 'string' && typeof expires !== 'number' && !(expires instanceof Date)) return undefined
  const time = new Date(expires).valueOf()
  return Number.isNaN(time) ? undefined : time
}

export function hasExpired({ expires }: Entry, now?: number): boolean {
  return expires !== undefined && expires <= (now ?? Date.now())
}
