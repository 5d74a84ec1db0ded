import { fingerprint } from '../core/fingerprint'
import type { SessionData } from '../core/session'

/** One session at rest. Data and cookie are kept apart, so that a touch neither parses nor writes the data. */
interface Entry {
  readonly data: string
  cookie: string | undefined
  /** Milliseconds since 1970; infinite for a session that ends with the browser. */
  expires: number
}

/** Expired entries that a write looks for: with more than one, there are never more dead ones than live ones for long. */
const SWEPT = 2

/** The sessions of one process, as text. Expired ones are not found, and are swept out by the writes that follow, two at a time. */
export class Records {
  readonly #max: number
  readonly #entries = new Map<string, Entry>()
  #cursor = this.#entries.entries()

  /** @param max how many at most; the least recently used one makes room */
  constructor(max: number) {
    this.#max = max
  }

  get bounded(): boolean {
    return this.#max < Infinity
  }

  get(id: string): SessionData | undefined {
    const entry = this.#live(id)
    return entry && (JSON.parse(textOf(entry)) as SessionData)
  }

  /** As JSON. */
  text(id: string): string | undefined {
    const entry = this.#live(id)
    return entry && textOf(entry)
  }

  set(id: string, session: SessionData): void {
    const { cookie } = session as Partial<SessionData>
    const entry = { data: fingerprint(session), cookie: cookie && JSON.stringify(cookie), expires: expiryOf(cookie) }
    if (this.bounded) this.#entries.delete(id)
    this.#entries.set(id, entry)
    this.#sweep()
    if (this.#entries.size > this.#max) this.delete(this.#entries.keys().next().value as string)
  }

  touch(id: string, session: SessionData): void {
    const entry = this.#live(id)
    if (!entry) return
    entry.cookie = JSON.stringify(session.cookie)
    entry.expires = expiryOf(session.cookie)
  }

  delete(id: string): boolean {
    return this.#entries.delete(id)
  }

  clear(): void {
    this.#entries.clear()
  }

  ids(): string[] {
    const now = Date.now()
    return Array.from(this.#entries).flatMap(([id, entry]) => (entry.expires > now ? [id] : []))
  }

  /** The entry, unless it has expired; the most recently used one from now on, where that matters. */
  #live(id: string): Entry | undefined {
    const entry = this.#entries.get(id)
    if (!entry || entry.expires <= Date.now()) return undefined
    if (this.bounded) {
      this.#entries.delete(id)
      this.#entries.set(id, entry)
    }
    return entry
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
      if (entry.expires <= now) this.#entries.delete(id)
    }
  }
}

/** The cookie first, as in a session's own JSON. */
function textOf({ cookie, data }: Entry): string {
  if (cookie === undefined) return data
  return data === '{}' ? `{"cookie":${cookie}}` : `{"cookie":${cookie},${data.slice(1)}`
}

/** What is no date never expires: stores pass it on, and upstream does not judge it. */
function expiryOf(cookie: { readonly expires?: unknown } | null | undefined): number {
  const expires = cookie?.expires
  if (typeof expires !== 'string' && typeof expires !== 'number' && !(expires instanceof Date)) return Infinity
  const time = new Date(expires).valueOf()
  return Number.isNaN(time) ? Infinity : time
}
