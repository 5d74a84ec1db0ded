import { fingerprint } from '../core/fingerprint'
import type { SessionData } from '../core/session'
import type { Outcome, Version } from '../core/store-port'

/** One session at rest. The cookie is kept apart, so that a touch neither parses nor writes the data. */
interface Entry {
  readonly data: string
  readonly cookie: CookieForm | undefined
  /** Milliseconds since 1970. A session that ends with the browser has no such field, which is 24 bytes of heap less. */
  readonly expires?: number
}

/** A cookie's JSON without its date, which all sessions of such a cookie share. */
interface CookieForm {
  readonly head: string
  /** What comes after the date, if there is one. */
  readonly tail?: string
}

/** Expired entries that a write looks for: with more than one, there are never more dead ones than live ones for long. */
const SWEPT = 2

/** A store has one or two forms of cookies. An app that makes one for each visitor would fill this up. */
const MOST_FORMS = 100

/** The sessions of one process, as text. Expired ones are not found, and are swept out by the writes that follow, two at a time. */
export class Records {
  readonly #max: number
  readonly #entries = new Map<string, Entry>()
  readonly #forms = new Map<string, CookieForm>()
  #cursor = this.#entries.entries()

  /** @param max how many at most; the least recently used one makes room */
  constructor(max: number) {
    this.#max = max
  }

  get bounded(): boolean {
    return this.#max < Infinity
  }

  get(id: string): SessionData | undefined {
    return this.find(id)?.session
  }

  /** With its version, which is what it is made of: touches make other entries of the same parts. */
  find(id: string): { readonly session: SessionData; readonly version: Version } | undefined {
    const version = this.#live(id)
    return version && { session: JSON.parse(textOf(version)) as SessionData, version }
  }

  /** As JSON. */
  text(id: string): string | undefined {
    const entry = this.#live(id)
    return entry && textOf(entry)
  }

  set(id: string, session: SessionData): Entry {
    const entry = this.#entryOf(flat(fingerprint(session)), (session as Partial<SessionData>).cookie)
    if (this.bounded) this.#entries.delete(id)
    this.#entries.set(id, entry)
    this.#sweep()
    if (this.#entries.size > this.#max) this.delete(this.#entries.keys().next().value as string)
    return entry
  }

  compareAndSet(id: string, session: SessionData, version: Version | null): Outcome {
    return isVersion(this.#live(id), version) ? { ok: true, version: this.set(id, session) } : { ok: false }
  }

  touch(id: string, { cookie }: SessionData): void {
    const entry = this.#live(id)
    if (entry) this.#entries.set(id, this.#entryOf(entry.data, cookie))
  }

  delete(id: string): boolean {
    return this.#entries.delete(id)
  }

  clear(): void {
    this.#entries.clear()
  }

  ids(): string[] {
    const now = Date.now()
    return Array.from(this.#entries).flatMap(([id, entry]) => (hasExpired(entry, now) ? [] : [id]))
  }

  /** The entry, unless it has expired; the most recently used one from now on, where that matters. */
  #live(id: string): Entry | undefined {
    const entry = this.#entries.get(id)
    if (!entry || hasExpired(entry, Date.now())) return undefined
    if (this.bounded) {
      this.#entries.delete(id)
      this.#entries.set(id, entry)
    }
    return entry
  }

  #entryOf(data: string, cookie: SessionData['cookie'] | undefined): Entry {
    if (!cookie) return { data, cookie }
    const expires = expiryOf(cookie)
    const form = this.#formOf(cookie, expires)
    return expires === undefined ? { data, cookie: form } : { data, cookie: form, expires }
  }

  #formOf(cookie: SessionData['cookie'], expires: number | undefined): CookieForm {
    const text = JSON.stringify(cookie)
    const date = expires === undefined ? '' : new Date(expires).toISOString()
    const at = date ? text.indexOf(date) : -1
    const form = at === -1 ? { head: text } : { head: text.slice(0, at), tail: text.slice(at + date.length) }
    const key = `${form.head}|${form.tail ?? ''}`
    const shared = this.#forms.get(key)
    if (shared) return shared
    if (this.#forms.size >= MOST_FORMS) this.#forms.clear()
    this.#forms.set(key, form)
    return form
  }

  #sweep(): void {
    const now = Date.now()
    for (let swept = 0; swept < SWEPT; swept++) {
      const next = this.#cursor.next()
      if (next.done) {
        this.#cursor = this.#entries.entries()
        return
      }
      const [id, entry] = next.value
      if (hasExpired(entry, now)) this.#entries.delete(id)
    }
  }
}

/** Whether nothing was written since but expiries. */
function isVersion(entry: Entry | undefined, version: Version | null): boolean {
  if (!entry || version === null) return !entry && version === null
  const { data, cookie } = version as Entry
  return entry.data === data && entry.cookie === cookie
}

/** The cookie first, as in a session's own JSON. */
function textOf({ cookie, data, expires }: Entry): string {
  if (!cookie) return data
  const { head, tail } = cookie
  const dated = expires === undefined || tail === undefined ? head : head + new Date(expires).toISOString() + tail
  return data === '{}' ? `{"cookie":${dated}}` : `{"cookie":${dated},${data.slice(1)}`
}

/** What is no date never expires: stores pass it on, and upstream does not judge it. */
function expiryOf({ expires }: { readonly expires?: unknown }): number | undefined {
  if (typeof expires !== 'string' && typeof expires !== 'number' && !(expires instanceof Date)) return undefined
  const time = new Date(expires).valueOf()
  return Number.isNaN(time) ? undefined : time
}

function hasExpired({ expires }: Entry, now: number): boolean {
  return expires !== undefined && expires <= now
}

/** V8 of Node 20 builds JSON as a rope, which takes a fifth more memory than its characters. Reading one of them makes it flat. */
function flat(text: string): string {
  text.charCodeAt(0)
  return text
}
