import type { Fetched } from '../../core/store/sync-methods'
import { serializeData } from '../../core/record/serialize-data'
import type { Likeness } from '../../core/record/json-equality'
import { LruCache } from '../../primitives/lru-cache'
import type { SessionData } from '../../core/record/session-data'
import type { Outcome } from '../../core/store/contract'
import type { Version } from '../../core/record/snapshot'
import { ExtendibleMap } from './extendible-map'
import { SharedCookies, type SharedCookie } from './shared-cookies'
import { expiryOf, hasExpired, isVersion, recordOf, textOf, type Entry } from './entry'

/** As it is kept. A session of the cookie that most of them have, and that ends with the browser, is its data alone: an eighth of the memory less. */
type Kept = Entry | string

/** Expired entries that a write looks for: with more than one, there are never more dead ones than live ones for long. */
const SWEPT = 2

/** Sessions whose data are kept as values too, for visitors ask for several things in a row: so many at least, and twice as many at most. */
const MOST_READ = 1000
/** In characters of JSON. It bounds the memory, and how deep a value can be. */
const LONGEST_READ = 4096

/** The sessions of one process, as text. Expired ones are not found, and are swept out by the writes that follow, two at a time. */
export class Records {
  readonly #max: number
  readonly #kept: ExtendibleMap<Kept>
  readonly #forms = new SharedCookies()
  /** What is the cookie of those that are kept as their data alone: the first one that has no date. */
  #usual: SharedCookie | undefined
  /** What was read lately. */
  readonly #read = new LruCache<{ text: string; parsed?: object }>(MOST_READ)
  #cursor: Iterator<[string, Kept]>
  /** From the first that makes room on: each time from the start, it would walk past the gaps of all that went before. */
  #oldest: Iterator<string> | undefined

  /** @param max how many at most; the least recently used one makes room */
  constructor(max: number) {
    this.#max = max
    // Only one bin knows the order of all
    this.#kept = new ExtendibleMap(this.bounded ? Infinity : undefined)
    this.#cursor = this.#kept.entries()
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

  /** @param text the session's data as `serializeData` has them */
  set(id: string, session: SessionData, text = serializeData(session)): Entry {
    const entry = this.#entryOf(flat(text), (session as Partial<SessionData>).cookie)
    if (this.bounded) this.#kept.delete(id)
    this.#keep(id, entry)
    this.#sweep()
    if (this.bounded && this.#kept.size > this.#max) this.delete((this.#oldest ??= this.#kept.keys()).next().value as string)
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
    if (!cookie || entry.form !== this.#forms.of(cookie, expires)) this.#keep(id, this.#entryOf(entry.data, cookie))
    else if (expires !== undefined) entry.expires = expires
  }

  delete(id: string): boolean {
    this.#read.delete(id)
    return this.#kept.delete(id)
  }

  clear(): void {
    this.#kept.clear()
    this.#read.clear()
  }

  ids(): string[] {
    const now = Date.now()
    return Array.from(this.#kept.entries()).flatMap(([id, kept]) => (isOver(kept, now) ? [] : [id]))
  }

  /** The entry, unless it has expired; the most recently used one from now on, where that matters. */
  #live(id: string): Entry | undefined {
    const kept = this.#kept.get(id)
    if (kept === undefined || isOver(kept)) return undefined
    if (this.bounded) {
      this.#kept.delete(id)
      this.#kept.set(id, kept)
    }
    return typeof kept === 'string' ? { data: kept, form: this.#usual } : kept
  }

  #keep(id: string, entry: Entry): void {
    const { data, form, expires } = entry
    const isPlain = form !== undefined && expires === undefined && form === (this.#usual ??= form)
    this.#kept.set(id, isPlain ? data : entry)
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
        this.#cursor = this.#kept.entries()
        return
      }
      const [id, kept] = next.value
      if (isOver(kept, now)) this.delete(id)
    }
  }
}

function isOver(kept: Kept, now?: number): boolean {
  return typeof kept !== 'string' && hasExpired(kept, now)
}

/** V8 of Node 20 builds JSON as a rope, which takes a fifth more memory than its characters. Reading one of them makes it flat. */
function flat(text: string): string {
  text.charCodeAt(0)
  return text
}
