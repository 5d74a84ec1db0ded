import { quoted, type SqliteDatabase, type SqliteStatement } from './database'

/** A row as `get` reads it. */
export interface Row {
  readonly version: number
  readonly expires: number
  /** `null` if the row has the given version. */
  readonly session: string | null
}

/** Some rows, in the order of their keys. */
export interface Scan {
  readonly rows: number
  /** The last key. */
  readonly last: string
  readonly expired: number
}

/** All statements of a store, compiled once. An expired row counts as missing, pruned or not. */
export function statementsFor(database: SqliteDatabase, name: string) {
  const table = quoted(name)
  const statement = (sql: string): SqliteStatement => database.prepare(sql)
  const insert = `INSERT INTO ${table} (id, version, expires, session) VALUES (?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET version = excluded.version, expires = excluded.expires, session = excluded.session`
  return {
    /** Values: a known version, id. */
    get: statement(`SELECT version, expires, CASE version WHEN ? THEN NULL ELSE session END AS session FROM ${table} WHERE id = ?`),
    /** Values: id, version, expires, session. */
    set: statement(insert),
    /** Values: id, version, expires, session, now. */
    create: statement(`${insert} WHERE expires <= ?`),
    /** Values: version, expires, session, id, expected version, now. */
    replace: statement(`UPDATE ${table} SET version = ?, expires = ?, session = ? WHERE id = ? AND version = ? AND expires > ?`),
    /** Values: expires, id, now. */
    touch: statement(`UPDATE ${table} SET expires = ? WHERE id = ? AND expires > ?`),
    /** Values: expires, id, version, the expiry that was read, expires. */
    extend: statement(`UPDATE ${table} SET expires = ? WHERE id = ? AND (version = ? OR expires = ?) AND expires < ?`),
    /** Values: id. */
    destroy: statement(`DELETE FROM ${table} WHERE id = ?`),
    /** Values: now. */
    all: statement(`SELECT id, expires, session FROM ${table} WHERE expires > ?`),
    /** Values: now. */
    length: statement(`SELECT count(*) AS length FROM ${table} WHERE expires > ?`),
    clear: statement(`DELETE FROM ${table}`),
    /** Values: now, the first key, the largest number of rows. Does not read the sessions, nor wait for writers. */
    scan: statement(`SELECT count(*) AS rows, max(id) AS last, total(expires <= ?) AS expired
      FROM (SELECT id, expires FROM ${table} WHERE id >= ? ORDER BY id LIMIT ?)`),
    /** Values: the first key, the last key, now. */
    prune: statement(`DELETE FROM ${table} WHERE id BETWEEN ? AND ? AND expires <= ?`),
  } as const
}

/** The prepared statements of one table. */
export type Statements = ReturnType<typeof statementsFor>
