import { noSqlite, storeError, storeErrorOf } from './errors'

/** A database that `SqliteStore` can use: a `DatabaseSync` of node:sqlite, or a `Database` of better-sqlite3 or bun:sqlite. */
export interface SqliteDatabase {
  /** Runs statements that return no rows. */
  exec(sql: string): unknown
  /** Compiles one statement. */
  prepare(sql: string): SqliteStatement
  /** Closes the database. */
  close(): unknown
}

/** A compiled statement of a `SqliteDatabase`. */
/* eslint-disable @typescript-eslint/no-explicit-any -- each driver has a type of its own for values */
export interface SqliteStatement {
  /** Runs the statement, and returns how many rows it changed. */
  run(...values: any[]): { changes: number | bigint }
  /** Returns the first row. */
  get(...values: any[]): unknown
  /** Returns all rows. */
  all(...values: any[]): unknown[]
}
/* eslint-enable @typescript-eslint/no-explicit-any */

/** How long SQLite waits for another process, in milliseconds. It blocks the event loop, so longer waits are left to `BusyQueue`. */
const BUSY_TIMEOUT = 10

/** The same while the file is opened, before requests are served. */
const OPEN_TIMEOUT = 5_000

interface NodeSqlite {
  readonly DatabaseSync: new (file: string) => SqliteDatabase
}

/**
 * Opens a file with node:sqlite, in WAL mode, so that readers and the writer do not wait for one another.
 *
 * @param prepare is called while SQLite still waits for other processes that open the file
 */
export function openFile(file: string, synchronous: 'NORMAL' | 'FULL', prepare: (database: SqliteDatabase) => void): SqliteDatabase {
  // Not by require: it fails on Node 20, and bundlers would look for a package
  const sqlite = (process.getBuiltinModule as ((name: string) => NodeSqlite | undefined) | undefined)?.('node:sqlite')
  if (!sqlite) throw noSqlite()
  let database: SqliteDatabase | undefined
  try {
    database = new sqlite.DatabaseSync(file)
    database.exec(`PRAGMA busy_timeout = ${OPEN_TIMEOUT}; PRAGMA journal_mode = WAL; PRAGMA synchronous = ${synchronous}`)
    database.exec(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}; PRAGMA journal_size_limit = ${WAL_SIZE}`)
    prepare(database)
    database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT}`)
    return database
  } catch (err) {
    database?.close()
    throw storeErrorOf(err, file)
  }
}

/**
 * Pages of the WAL after which SQLite copies them to the database: PRAGMA wal_autocheckpoint. SQLite's default is 1000, which blocks the event loop for
 * longer. Fewer pages make a write slower.
 */
const CHECKPOINT_PAGES = 160

/** A larger WAL is cut once it is empty, in bytes. It grows while another program holds a read transaction. */
const WAL_SIZE = 16 * 1024 ** 2
interface InTransaction {
  /** Exists in better-sqlite3 and bun:sqlite. */
  readonly inTransaction?: boolean
  /** Exists in node:sqlite since Node 22.16. */
  readonly isTransaction?: boolean
}

/** Whether the app has begun a transaction on its database. A write now would be lost if the app rolls back. */
export function isInTransaction(database: SqliteDatabase): boolean {
  const { inTransaction, isTransaction } = database as InTransaction
  return inTransaction === true || isTransaction === true
}

/** @throws `ERR_STORE_BUSY` in a transaction of the app */
export function checkTransaction(database: SqliteDatabase, place = 'the database'): void {
  if (isInTransaction(database)) throw storeError('ERR_STORE_BUSY', `SqliteStore: the app has begun a transaction on ${place}`)
}

/** Runs `act` in a transaction that takes the write lock first, so that it does not fail halfway because another process writes. */
export function transaction<Value>(database: SqliteDatabase, act: () => Value): Value {
  database.exec('BEGIN IMMEDIATE')
  try {
    const value = act()
    database.exec('COMMIT')
    return value
  } catch (err) {
    rollBack(database)
    throw err
  }
}

/** Rolls back, unless SQLite has done so itself, as after some errors, such as a full disk. */
function rollBack(database: SqliteDatabase): void {
  try {
    database.exec('ROLLBACK')
  } catch {
    // There was no transaction
  }
}

/** An identifier in SQL. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
