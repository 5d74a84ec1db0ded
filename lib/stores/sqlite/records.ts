import type { Fetched } from '../../core/store/sync-methods'
import { LruCache } from '../../primitives/lru-cache'
import type { SessionData } from '../../core/record/session-data'
import type { Outcome } from '../../core/store/contract'
import type { Version } from '../../core/record/snapshot'
import { checkpoint, withoutCheckpoint, type Checkpoint } from './checkpoint'
import { checkTransaction, type SqliteDatabase } from './database'
import { DeferredTouches, TOO_SOON } from './deferred-touches'
import { endOfCookie } from '../../core/record/lifetime'
import { fetchedFrom, jsonOf, parseRecord, plainRecord, type ParsedRecord } from './record'
import { idOf, keyOf } from './keys'
import { statementsFor, type Row, type Scan, type Statements } from './statements'

/** Sessions that are cached after a read: at least this many, at most twice. */
const MOST_READ = 1000
/** Longer records are parsed at each read, in characters of JSON. It bounds the memory. */
const LONGEST_READ = 4096

/** A version that no row has. */
const NO_VERSION = -1

/** A row as last read. It is unchanged if the version is the same. */
interface Seen {
  readonly version: number
  /** As stored, in milliseconds since 1970. */
  readonly expires: number
  readonly parsed: ParsedRecord | undefined
}

/** What to write of a session, taken before the session can change. */
export interface Write {
  readonly json: string
  /** In milliseconds since 1970. */
  readonly expires: number
}

/** What a step of pruning has done. */
export interface Pruned {
  /** Key of the next row; undefined after the last one. */
  readonly next: string | undefined
  /** Number of rows. */
  readonly removed: number
}

/** The sessions of one table. Each method is synchronous, and throws the errors of the driver. */
export class SqliteRecords {
  readonly #statements: Statements
  readonly #touches: DeferredTouches
  readonly #seen = new LruCache<Seen>(MOST_READ)

  /** @param ttl lifetime of a session whose cookie ends with the browser, in milliseconds */
  constructor(
    private readonly database: SqliteDatabase,
    table: string,
    private readonly ttl: number,
  ) {
    this.#statements = statementsFor(database, table)
    this.#touches = new DeferredTouches(database, this.#statements)
  }

  find(id: string): Fetched | undefined {
    const found = this.#read(id)
    return found && fetchedFrom(found.parsed, found.version, found.expires)
  }

  /** @param text the JSON of the session's data, if the caller has it */
  writeOf(session: SessionData, text?: string): Write {
    return { json: jsonOf(session, text), expires: this.expiresOf(session) }
  }

  expiresOf({ cookie }: Partial<SessionData>): number {
    return endOfCookie(cookie) ?? Date.now() + this.ttl
  }

  set(id: string, { json, expires }: Write): void {
    this.#statements.set.run(keyOf(id), newVersion(), expires, json)
    this.#forget(id)
  }

  compareAndSet(id: string, { json, expires }: Write, version: Version | null): Outcome {
    const next = newVersion()
    const { create, replace } = this.#statements
    const now = Date.now()
    // A pending touch counts
    const since = version !== null && this.#touches.expiresOf(id, version as number) !== undefined ? 0 : now
    const { changes } =
      version === null
        ? create.run(keyOf(id), next, expires, json, now)
        : replace.run(next, expires, json, keyOf(id), checkVersion(version), since)
    if (Number(changes) === 0) return { ok: false }
    this.#forget(id)
    return { ok: true, version: next }
  }

  touch(id: string, expires: number): void {
    const seen = this.#seen.get(id)
    const now = Date.now()
    // An earlier expiry is written at once
    const canWait = seen !== undefined && seen.expires > now + TOO_SOON && expires >= seen.expires
    if (canWait && this.#touches.add(id, seen.version, expires, seen.expires)) return
    this.#statements.touch.run(expires, keyOf(id), now)
    this.#forget(id)
  }

  destroy(id: string): void {
    this.#statements.destroy.run(keyOf(id))
    this.#forget(id)
  }

  all(): Record<string, SessionData> {
    this.#touches.flush()
    const sessions = Object.create(null) as Record<string, SessionData>
    for (const row of this.#statements.all.all(Date.now()) as { id: string; expires: number; session: string }[]) {
      sessions[idOf(row.id)] = plainRecord(parseRecord(row.session), Number(row.expires))
    }
    return sessions
  }

  /** As JSON.parse gives it, with its version. */
  plain(id: string): { readonly record: SessionData; readonly version: number } | undefined {
    const found = this.#read(id)
    return found && { record: plainRecord(found.parsed, found.expires), version: found.version }
  }

  length(): number {
    return Number((this.#statements.length.get(Date.now()) as { length: number }).length)
  }

  clear(): void {
    this.#statements.clear.run()
    this.#touches.clear()
    this.#seen.clear()
  }

  /**
   * Removes the expired ones of some rows that are next to each other. They share pages, so that less is written than for the rows that expired first.
   *
   * @param from key of the first row, as `next` tells it; the empty key comes before all others
   * @param most number of rows, at least 2
   * @param mostRemoved if more have expired, only as many rows are taken
   * @throws `ERR_STORE_BUSY` in a transaction of the app
   */
  prune(from: string, most: number, mostRemoved = most): Pruned {
    checkTransaction(this.database)
    const now = Date.now()
    const { rows, last, expired } = this.#statements.scan.get(now, from, most) as Scan
    if (Number(expired) > mostRemoved) return this.prune(from, mostRemoved)
    const next = Number(rows) < most ? undefined : last
    if (Number(expired) === 0) return { next, removed: 0 }
    const { changes } = withoutCheckpoint(this.database, () => this.#statements.prune.run(from, last, now))
    return { next, removed: Number(changes) }
  }

  /** @see checkpoint */
  checkpoint(): Checkpoint {
    return checkpoint(this.database)
  }

  /** Writes what waits in memory. */
  flush(): void {
    this.#touches.stop()
    this.#touches.flush()
  }

  #read(id: string): { readonly parsed: ParsedRecord; readonly version: number; readonly expires: number } | undefined {
    const seen = this.#seen.get(id)
    const row = this.#statements.get.get(seen?.parsed ? seen.version : NO_VERSION, keyOf(id)) as Row | null | undefined
    if (!row) return void this.#forget(id)
    const [version, stored] = [Number(row.version), Number(row.expires)]
    const expires = Math.max(stored, this.#touches.expiresOf(id, version, stored) ?? 0)
    if (expires <= Date.now()) return undefined
    const parsed = row.session === null ? (seen?.parsed as ParsedRecord) : parseRecord(row.session)
    if (seen?.version !== version || seen.expires !== stored) {
      this.#seen.set(id, { version, expires: stored, parsed: parsed.text.length > LONGEST_READ ? undefined : parsed })
    }
    return { parsed, version, expires }
  }

  #forget(id: string): void {
    this.#seen.delete(id)
    this.#touches.delete(id)
  }
}

/** Random, because a counter would repeat a version when a row is destroyed and created again. */
function newVersion(): number {
  return Math.floor(Math.random() * Number.MAX_SAFE_INTEGER)
}

/** A version of another store matches no row. */
function checkVersion(version: Version): number {
  return typeof version === 'number' ? version : NO_VERSION
}
