import type { Fetched } from '../../core/store/sync-methods'
import { serializeRecord } from '../../core/record/serialize-data'
import type { Likeness } from '../../core/record/json-equality'
import { LruCache } from '../../primitives/lru-cache'
import { APART, type Marked, type Marks } from '../../core/record/reserved-key'
import type { SessionData } from '../../core/record/session-data'
import type { Outcome } from '../../core/store/contract'
import type { Version } from '../../core/record/snapshot'
import { ExtendibleMap } from './extendible-map'
import { SharedCookies, type SharedCookie } from './shared-cookies'
import { isRegistry } from '../../core/store/store-keys'
import { keysIn } from '../../core/users/registry-record'
import { endOfCookie } from '../../core/record/lifetime'
import { hasExpired, isVersion, recordOf, textOf, type Entry } from './entry'

/** A kept session. With the most common cookie, and no expiry, it is only the text of its data, which takes an eighth less memory. */
type Kept = Entry | string

/** Expired entries removed by each write. With more than one, expired entries never outnumber live ones for long. */
const SWEPT = 2

/** Sessions whose parsed data are cached, because clients send several requests in a row: at least this many, at most twice. */
const MOST_READ = 1000
/** In characters of JSON. It limits the memory and the nesting of cached values. */
const LONGEST_READ = 4096

/** The sessions of one process, as text. Expired ones are not found, and each write removes two of them. */
export class Records {
  readonly #max: number
  readonly #kept: ExtendibleMap<Kept>
  readonly #forms = new SharedCookies()
  /** The cookie of sessions that are kept as text only: the first one without an expiry. */
  #usual: SharedCookie | undefined
  /** Recently read sessions. */
  readonly #read = new LruCache<{ text: string; parsed?: object }>(MOST_READ)
  #cursor: Iterator<[string, Kept]>
  /** Continues from the last removed session. Starting anew each time would walk over the gaps of all removed ones. */
  #oldest: Iterator<string> | undefined

  /** @param max number of sessions; the least recently used one is removed */
  constructor(max: number) {
    this.#max = max
    // Only a single bucket keeps the order
    this.#kept = new ExtendibleMap(this.bounded ? Infinity : undefined)
    this.#cursor = this.#kept.entries()
  }

  get bounded(): boolean {
    return this.#max < Infinity
  }

  /** As in express-session: what JSON.parse gives. */
  get(id: string): SessionData | undefined {
    const text = this.text(id)
    return text === undefined ? undefined : (JSON.parse(text) as SessionData)
  }

  /** What `get` gives, except that the expiry is a Date: the cookie is not parsed. */
  find(id: string): Fetched | undefined {
    const entry = this.#live(id)
    if (!entry) return undefined
    const likeness = this.#likenessOf(id, entry.data)
    return { record: recordOf(entry, likeness.parsed), version: entry, likeness }
  }

  /** The version, which a touch does not change. */
  version(id: string): Version | undefined {
    return this.#live(id)
  }

  /** As JSON. */
  text(id: string): string | undefined {
    const entry = this.#live(id)
    return entry && textOf(entry)
  }

  /** @param text the JSON of the data without marks, if it is known */
  set(id: string, session: SessionData & Marked, text = serializeRecord(session)): Entry {
    const entry = this.#entryOf(flat(text), (session as Partial<SessionData>).cookie, session[APART])
    if (this.bounded) this.#kept.delete(id)
    this.#keep(id, entry)
    this.#sweep()
    if (this.bounded && this.#kept.size > this.#max) this.#removeOldest()
    return entry
  }

  /** @param text as for `set` */
  compareAndSet(id: string, session: SessionData, version: Version | null, text?: string): Outcome {
    return isVersion(this.#live(id), version) ? { ok: true, version: this.set(id, session, text) } : { ok: false }
  }

  touch(id: string, { cookie }: SessionData): void {
    const entry = this.#live(id)
    if (!entry) return
    const expires = endOfCookie(cookie)
    // The fields of an entry are fixed when it is created
    if (!cookie || entry.form !== this.#forms.of(cookie, expires)) this.#keep(id, this.#entryOf(entry.data, cookie, entry.marks))
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

  /** Removes the session that was not used for the longest time. The list of a user stays while it has sessions: without it they could not be ended. */
  #removeOldest(): void {
    for (;;) {
      const id = (this.#oldest ??= this.#kept.keys()).next().value as string
      const kept = this.#kept.get(id)
      if (kept === undefined || !isNeeded(this.#kept, id, kept)) return void this.delete(id)
      this.#kept.delete(id)
      this.#kept.set(id, kept)
    }
  }

  ids(): string[] {
    const now = Date.now()
    return Array.from(this.#kept.entries()).flatMap(([id, kept]) => (isOver(kept, now) ? [] : [id]))
  }

  /** The entry, unless it has expired. With a `max` it becomes the most recently used one. */
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
    const { data, form, expires, marks } = entry
    const isPlain = form !== undefined && expires === undefined && marks === undefined && form === (this.#usual ??= form)
    this.#kept.set(id, isPlain ? data : entry)
  }

  /** Without the fields that it does not need, because there may be millions of entries. */
  #entryOf(data: string, cookie: SessionData['cookie'] | undefined, marks: Marks | undefined): Entry {
    const expires = endOfCookie(cookie)
    const form = cookie && this.#forms.of(cookie, expires)
    if (marks) return { data, form, expires, marks }
    return expires === undefined ? { data, form } : { data, form, expires }
  }

  /** A session that is read a second time is parsed, and copied from then on. */
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

/** Whether a record is the list of a user who has sessions. */
function isNeeded(all: ExtendibleMap<Kept>, id: string, kept: Kept): boolean {
  if (!isRegistry(id) || isOver(kept)) return false
  const keys = keysIn(JSON.parse(typeof kept === 'string' ? kept : kept.data) as SessionData)
  return keys.some(key => {
    const session = all.get(key)
    return session !== undefined && !isOver(session)
  })
}

function isOver(kept: Kept, now?: number): boolean {
  return typeof kept !== 'string' && hasExpired(kept, now)
}

/** V8 of Node 20 builds JSON as a rope, which takes a fifth more memory. Reading a character makes it flat. */
function flat(text: string): string {
  text.charCodeAt(0)
  return text
}
