import { fromCallback } from '../../primitives/callbacks'
import type { SessionData } from '../../core/record/session-data'
import { give, sha256, wrongStore, type Atomic, type Engine, type PublishedStore } from './conditional-writes'
import { decided, repeatOnConflict, untilNoConflict } from './conflicts'

/** The internals of connect-pg-simple 5 to 10. */
interface PostgresStore {
  /** In seconds. */
  readonly ttl?: number
  quotedTable(): string
  /** Passes the first row. */
  query(sql: string, values: unknown[], done: (err: unknown, row?: Row | false) => void): void
  destroy(id: string, done: (err: unknown) => void): void
  get(id: string, done: () => void): void
  /** Versions 5 and 6: the expiry in seconds since the epoch. Later versions have none of this name, and compute it from `cookie.expires`. */
  getExpireTime?(maxAge: number | null | undefined): number
}

/** The column `record`, as text. */
interface Row {
  readonly record: string | null
}

const DAY = 86_400

/** The written text if it differs from the given one: only jsonb normalizes it. */
const WRITTEN = `CASE WHEN pg_typeof(sess) = 'jsonb'::regtype THEN sess::text END AS record`

/** PostgreSQL 11 and later have sha256(bytea). */
const SAME = `AND encode(sha256(convert_to(sess::text, 'UTF8')), 'hex') = $5`

/**
 * Gives a store of connect-pg-simple `compareAndSet` and `update`; its column `sess` may be json, jsonb or text. It writes what the store itself
 * writes, so that express-session can share the store. If a statement fails because it conflicted with another one (SQLSTATE 40001 and 40P01, at any
 * isolation level), the comparison is refused or the statement repeated; also for the store's own `destroy` and `touch`.
 *
 * @example app.use(session({ store: atomicPostgres(new (connectPgSimple(session))({ pool })), … }))
 * @returns the same store
 * @throws TypeError for another store
 */
export function atomicPostgres<S extends PublishedStore>(store: S): S & Atomic {
  const inside = store as unknown as PostgresStore
  if (typeof inside?.quotedTable !== 'function' || typeof inside.query !== 'function') {
    throw wrongStore('atomicPostgres', 'a PGStore of connect-pg-simple', store, 'atomicPostgres(new (connectPgSimple(session))({ pool }))')
  }
  return repeatOnConflict(give(store, engineOf(inside, beginnerOf(inside)), 'quotedTable', 'atomicPostgres'))
}

function engineOf(store: PostgresStore, begin: (id: string) => void): Engine {
  const ask = (sql: string, values: unknown[]): Promise<Row | undefined> =>
    new Promise((resolve, reject) => store.query(sql, values, (err, row) => (err ? reject(err as Error) : resolve(row || undefined))))

  return {
    async read(id) {
      begin(id)
      const select = `SELECT sess::text AS record FROM ${store.quotedTable()} WHERE sid = $1 AND expire >= to_timestamp($2)`
      const row = await untilNoConflict(async () => ask(select, [id, now()]))
      if (!row?.record) return undefined
      try {
        return { session: JSON.parse(row.record) as SessionData, version: row.record }
      } catch {
        // As the store does
        await fromCallback(done => store.destroy(id, done))
        return undefined
      }
    },
    async compareAndSet(id, session, version) {
      // Before the statement, which may be repeated: the request may go on to change its session
      const record = JSON.stringify(session)
      const values = [record, expiryOf(store, session), id, now()]
      const write = async () =>
        version === null ? ask(createIn(store), values) : ask(replaceIn(store, SAME), [...values, sha256(version)])
      return decided(version, async () => {
        const row = await write()
        return row ? { ok: true, version: row.record ?? record } : { ok: false }
      })
    },
    async update(id, session) {
      const values = [JSON.stringify(session), expiryOf(store, session), id, now()]
      return (await untilNoConflict(async () => ask(replaceIn(store), values))) !== undefined
    },
  }
}

/** Starts the store's pruning, once. The store does so at its first call, in a method that only its own methods can call. */
function beginnerOf(store: PostgresStore): (id: string) => void {
  const original = store.get
  let begun = false
  return id => {
    if (begun) return
    begun = true
    original.call(store, id, () => {})
  }
}

/** Also over an expired row. The values: the record, its expiry, the ID, the current time. */
function createIn(store: PostgresStore): string {
  return `INSERT INTO ${store.quotedTable()} AS kept (sess, expire, sid) VALUES ($1, to_timestamp($2), $3)
    ON CONFLICT (sid) DO UPDATE SET sess = excluded.sess, expire = excluded.expire WHERE kept.expire < to_timestamp($4)
    RETURNING ${WRITTEN.replaceAll('sess', 'kept.sess')}`
}

/** A statement that waits for the lock of a row checks the condition again on the new row. */
function replaceIn(store: PostgresStore, condition = ''): string {
  return `UPDATE ${store.quotedTable()} SET sess = $1, expire = to_timestamp($2)
    WHERE sid = $3 AND expire >= to_timestamp($4) ${condition} RETURNING ${WRITTEN}`
}

function now(): number {
  return Math.ceil(Date.now() / 1000)
}

/** In seconds since the epoch, by the rule of the store's version. */
function expiryOf(store: PostgresStore, session: SessionData): number {
  const { cookie } = session
  if (store.getExpireTime) return store.getExpireTime(cookie.maxAge)
  if (cookie?.expires) return Math.ceil(new Date(cookie.expires).valueOf() / 1000)
  return Math.ceil(Date.now() / 1000 + (store.ttl || DAY))
}
