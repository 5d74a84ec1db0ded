/* eslint-disable @typescript-eslint/require-await -- errors become rejections */
import { BaseStore, lifeOf, type StoredSession } from './base-store'

const WARNING = `Warning: koa-generic-session's MemoryStore is not
designed for a production environment, as it will leak
memory, and will not scale past a single process.`

/** Expired sessions removed by each write. With more than one, expired sessions never outnumber live ones for long. */
const SWEPT = 2

/**
 * The MemoryStore of koa-session-ts and koa-generic-session. It has no timer, which would keep the process running: expired sessions are not found,
 * and writes remove them.
 */
export class MemoryStore extends BaseStore {
  /** As JSON, so that a handler cannot change a stored session. */
  readonly sessions = Object.create(null) as Record<string, string>
  /** In milliseconds since 1970. */
  readonly #ends = new Map<string, number>()
  #cursor = this.#ends.entries()

  constructor(prefix = '') {
    super(prefix)
    if (process.env.NODE_ENV === 'production') console.warn(WARNING)
  }

  override async set(id: string, session: StoredSession, ttl?: number): Promise<void> {
    this.sessions[this.prefix + id] = JSON.stringify(session)
    this.#ends.set(this.prefix + id, Date.now() + lifeOf(session, ttl))
    this.#sweep()
  }

  async get(id: string): Promise<StoredSession | undefined> {
    const key = this.prefix + id
    const text = this.sessions[key]
    // The app may have removed it from `sessions`
    if (text === undefined || hasEnded(this.#ends.get(key))) return undefined
    const session = JSON.parse(text) as StoredSession
    if (session.cookie?.expires) session.cookie.expires = new Date(session.cookie.expires)
    return session
  }

  async destroy(id: string): Promise<void> {
    this.#delete(this.prefix + id)
  }

  #delete(key: string): void {
    delete this.sessions[key]
    this.#ends.delete(key)
  }

  #sweep(): void {
    for (let swept = 0; swept < SWEPT; swept++) {
      const next = this.#cursor.next()
      if (next.done) return void (this.#cursor = this.#ends.entries())
      const [key, ends] = next.value
      if (hasEnded(ends)) this.#delete(key)
    }
  }
}

/** A missing entry counts as expired. */
function hasEnded(ends = -Infinity): boolean {
  return ends <= Date.now()
}
