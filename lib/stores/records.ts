import type { Fetched } from '../core/at-once'
import { fingerprint } from '../core/fingerprint'
import { clone, type Likeness } from '../core/likeness'
import { Recent } from '../core/recent'
import type { SessionData } from '../core/session'
import type { Outcome, Version } from '../core/store-port'
import { Bins } from './bins'
import { CookieForms, type CookieForm } from './cookie-forms'

/** One session at rest. The cookie is kept apart, so that a touch neither parses nor writes the data. */
interface Entry {
  readonly data: string
  readonly form: CookieForm | undefined
  /** Milliseconds since 1970. A session that ends with the browser has no such field, which is 24 bytes of heap less. */
  expires?: number
}

/** Expired entries that a write looks for: with more than one, there are never more dead ones than live ones for long. */
const SWEPT = 2

/** Sessions whose data are kept as values too, for visitors ask for several things in a row: so many at least, and twice as many at most. */
const MOST_READ = 1000
/** In characters of JSON. It bounds the memory, and how deep a value can be. */
const LONGEST_READ = 4096

/** The sessions of one process, as text. Expired ones are not found, and are swept out by the writes that follow, two at a time. */
export class Records {
  readonly #max: number
  readonly #entries: Bins<Entry>
  readonly #forms = new CookieForms()
  /** What was read lately. */
  readonly #read = new Recent<{ text: string; parsed?: object }>(MOST_READ)
  #cursor: Iterator<[string, Entry]>
  /** From the first that makes room on: each time from the start, it would walk past the gaps of all that went before. */
  #oldest: Iterator<string> | undefined

  /** @param max how many at most; the least recently used one makes room */
  constructor(max: number) {
    this.#max = max
    // Only one bin knows the order of all
    this.#entries = new Bins(this.bounded ? Infinity : undefined)
    this.#cursor = this.#entries.entries()
  }

  get bounded(): boolean {
    return this.#max < Infinity
  }

  /** As upstream has it: what JSON makes of it. */
  get(id: string): SessionData | undefined {
    const text = this.text(id)
    return text === undefined ? undefined : (JSON.parse(text) as SessionData)
  }

  /** What `get` gives, but that the expiry is a date: neither is the cookie parsed nor its date. */
  find(id: string): Fetched | undefined {
    const entry = this.#live(id)
    if (!entry) return undefined
    const likeness = this.#likenessOf(id, entry.data)
    return { record: recordOf(entry, likeness.parsed), version: entry, likeness }
  }

  /** What it is made of: a touch leaves it the same. */
  version(id: string): Version | undefined {
    return this.#live(id)
  }

  /** As JSON. */
  text(id: string): string | undefined {
    const entry = this.#live(id)
    return entry && textOf(entry)
  }

  /** @param text the session's data as `fingerprint` has them */
  set(id: string, session: SessionData, text = fingerprint(session)): Entry {
    const entry = this.#entryOf(flat(text), (session as Partial<SessionData>).cookie)
    if (this.bounded) this.#entries.delete(id)
    this.#entries.set(id, entry)
    this.#sweep()
    if (this.bounded && this.#entries.size > this.#max) this.delete((this.#oldest ??= this.#entries.keys()).next().value as string)
    return entry
  }

  /** @param text likewise */
  compareAndSet(id: string, session: SessionData, version: Version | null, text?: string): Outcome {
    return isVersion(this.#live(id), version) ? { ok: true, version: this.set(id, session, text) } : { ok: false }
  }

  touch(id: string, { cookie }: SessionData): void {
    const entry = this.#live(id)
    if (!entry) return
    const expires = cookie && expiryOf(cookie)
    // Whether an entry has the field, and of which form it is, is settled when it is made
    if (!cookie || entry.form !== this.#forms.of(cookie, expires)) this.#entries.set(id, this.#entryOf(entry.data, cookie))
    else if (expires !== undefined) entry.expires = expires
  }

  delete(id: string): boolean {
    this.#read.delete(id)
    return this.#entries.delete(id)
  }

  clear(): void {
    this.#entries.clear()
    this.#read.clear()
  }

  ids(): string[] {
    const now = Date.now()
    return Array.from(this.#entries.entries()).flatMap(([id, entry]) => (hasExpired(entry, now) ? [] : [id]))
  }

  /** The entry, unless it has expired; the most recently used one from now on, where that matters. */
  #live(id: string): Entry | undefined {
    const entry = this.#entries.get(id)
    if (!entry || hasExpired(entry)) return undefined
    if (this.bounded) {
      this.#entries.delete(id)
      this.#entries.set(id, entry)
    }
    return entry
  }

  #entryOf(data: string, cookie: SessionData['cookie'] | undefined): Entry {
    if (!cookie) return { data, form: undefined }
    const expires = expiryOf(cookie)
    const form = this.#forms.of(cookie, expires)
    return expires === undefined ? { data, form } : { data, form, expires }
  }

  /** Whoever is read a second time is parsed once more, and from then on copied. */
  #likenessOf(id: string, text: string): Likeness {
    if (text.length > LONGEST_READ) return { text }
    const read = this.#read.get(id)
    if (read?.text !== text) {
      const first = { text }
      this.#read.set(id, first)
      return first
    }
    read.parsed ??= JSON.parse(text) as object
    return read
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
      if (hasExpired(entry, now)) this.delete(id)
    }
  }
}

/** Whether nothing was written since but expiries. */
function isVersion(entry: Entry | undefined, version: Version | null): boolean {
  if (!entry || version === null) return !entry && version === null
  const { data, form } = version as Entry
  return entry.data === data && entry.form === form
}

/** The cookie first, as in a session's own JSON. */
function textOf({ form, data, expires }: Entry): string {
  if (!form) return data
  const { head, tail } = form
  const dated = expires === undefined || tail === undefined ? head : head + new Date(expires).toISOString() + tail
  return data === '{}' ? `{"cookie":${dated}}` : `{"cookie":${dated},${data.slice(1)}`
}

/** The cookie first, here too. @param known what the data say, where they need not be parsed */
function recordOf(entry: Entry, known?: object): SessionData {
  const { form, data, expires } = entry
  if (form?.isNested) return JSON.parse(textOf(entry)) as SessionData
  const parsed = (known ? clone(known) : JSON.parse(data)) as Record<string, unknown>
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
function expiryOf({ expires }: { readonly expires?: unknown }): number | undefined {
  if (typeof expires !== 'string' && typeof expires !== 'number' && !(expires instanceof Date)) return undefined
  const time = new Date(expires).valueOf()
  return Number.isNaN(time) ? undefined : time
}

function hasExpired({ expires }: Entry, now?: number): boolean {
  return expires !== undefined && expires <= (now ?? Date.now())
}

/** V8 of Node 20 builds JSON as a rope, which takes a fifth more memory than its characters. Reading one of them makes it flat. */
function flat(text: string): string {
  text.charCodeAt(0)
  return text
}
