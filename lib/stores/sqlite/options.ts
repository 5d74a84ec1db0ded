import { describeValue } from '../../primitives/describe-value'
import { closest } from '../../primitives/spelling'
import { optionError } from '../../core/errors/option-errors'
import { openFile, type SqliteDatabase } from './database'
import { storeErrorOf } from './errors'
import { FileWatch } from './file-watch'
import { prepareSchema } from './schema'

/** The options of `SqliteStore`: either `file` or `database`. */
export interface SqliteStoreOptions {
  /**
   * The path of the file, which is created if it does not exist. It is opened with node:sqlite, which Node 22.13 and later have. Use a disk of this
   * machine: WAL does not work on a network file system.
   *
   * @default undefined: `database` is used
   * @throws Error `ERR_STORE_NO_SQLITE` without node:sqlite; `ERR_STORE_OPEN`, `ERR_STORE_CORRUPT`, `ERR_STORE_READ_ONLY`, `ERR_STORE_SCHEMA`
   */
  file?: string | undefined
  /**
   * An open database of the app: a `DatabaseSync` of node:sqlite, or a `Database` of better-sqlite3 or bun:sqlite. Its settings are not changed.
   *
   * @default undefined: `file` is opened
   */
  database?: SqliteDatabase | undefined
  /**
   * The table of the sessions. It is created if it does not exist.
   *
   * @default 'sessions'
   */
  table?: string | undefined
  /**
   * The lifetime of a session whose cookie ends with the browser, in milliseconds. Each request moves its end.
   *
   * @default 86_400_000: one day
   */
  ttl?: number | undefined
  /**
   * What survives a power cut. `'NORMAL'` may lose the last writes, `'FULL'` loses none and waits for the disk at each write. Both lose nothing if the
   * process is killed. Only with `file`.
   *
   * @default 'NORMAL'
   */
  synchronous?: 'NORMAL' | 'FULL' | undefined
  /**
   * How often expired sessions are removed, in milliseconds; `false` if another process does it.
   *
   * @default 60_000: once a minute
   */
  pruneInterval?: number | false | undefined
}

const NAMES = Object.keys({
  file: true,
  database: true,
  table: true,
  ttl: true,
  synchronous: true,
  pruneInterval: true,
} satisfies Record<keyof SqliteStoreOptions, true>)

const LONGEST_TIMER = 2 ** 31 - 1

/** The checked options. */
interface Settings {
  readonly database: SqliteDatabase
  /** Names the database in messages. */
  readonly place: string
  readonly table: string
  readonly ttl: number
  readonly pruneInterval: number | false
  /** Checks the file from time to time. */
  check(): void
  /** Closes what the store has opened. */
  end(): void
}

/** Checks the options, opens the database and creates its table. @throws TypeError for an option that can never work */
export function settle(options: SqliteStoreOptions): Settings {
  const { file, database, table = 'sessions', ttl = 86_400_000, pruneInterval = 60_000, synchronous } = options ?? {}
  checkSource(file, database)
  checkNames(options)
  checkTable(table)
  checkTimes(ttl, pruneInterval)
  checkSynchronous(synchronous, file)
  const common = { table, ttl, pruneInterval }
  if (file === undefined) return { ...common, ...borrowed(database as SqliteDatabase, table) }
  const own = openFile(file, synchronous ?? 'NORMAL', database => prepareSchema(database, table))
  const watch = new FileWatch(file)
  return { ...common, database: own, place: file, check: () => watch.check(), end: () => void own.close() }
}

/** A database of the app, which is not closed. */
function borrowed(database: SqliteDatabase, table: string): Pick<Settings, 'database' | 'place' | 'check' | 'end'> {
  const place = 'the database'
  try {
    checkRows(database)
    prepareSchema(database, table)
  } catch (err) {
    throw storeErrorOf(err, place)
  }
  return { database, place, check: () => {}, end: () => {} }
}

function checkSource(file: unknown, database: unknown): void {
  if (file !== undefined && database !== undefined) throw new TypeError('SqliteStore takes file or database, not both')
  if (file === undefined && database === undefined) {
    throw new TypeError("SqliteStore needs a file or a database; write new SqliteStore({ file: 'sessions.db' })")
  }
  if (file !== undefined && (typeof file !== 'string' || !file)) throw optionError('file', 'be a path', file, "write 'sessions.db'")
  if (file === undefined && !isDatabase(database)) {
    throw new TypeError(
      `database option must be a DatabaseSync of node:sqlite or a Database of better-sqlite3, not ${describeValue(database)}`,
    )
  }
}

function checkNames(options: object): void {
  for (const name of Object.keys(options)) {
    if (NAMES.includes(name)) continue
    const meant = closest(name, NAMES)
    throw new TypeError(`SqliteStore has no ${name} option; ${meant ? `write ${meant}` : `its options are ${NAMES.join(', ')}`}`)
  }
}

function isDatabase(database: unknown): boolean {
  const { exec, prepare } = (database ?? {}) as Partial<SqliteDatabase>
  return typeof exec === 'function' && typeof prepare === 'function'
}

/** @throws TypeError for a database whose rows are arrays */
function checkRows(database: SqliteDatabase): void {
  const row = database.prepare('SELECT 1 AS one').get() as { readonly one?: unknown }
  if (Number(row.one) !== 1) throw new TypeError('database option must return rows as objects; open it without returnArrays')
}

function checkTable(table: unknown): void {
  // The last one is the store's own: see schema.ts
  if (typeof table !== 'string' || !table || /^sqlite_|\0|^resession_schema$/i.test(table))
    throw optionError('table', 'be the name of a table', table)
}

function checkTimes(ttl: unknown, pruneInterval: unknown): void {
  if (!isTime(ttl)) throw optionError('ttl', 'be a number of milliseconds', ttl, 'write 86_400_000 for a day')
  if (pruneInterval !== false && !isTime(pruneInterval, LONGEST_TIMER)) {
    throw optionError('pruneInterval', 'be a number of milliseconds, or false', pruneInterval, 'write 60_000 for a minute')
  }
}

function checkSynchronous(synchronous: unknown, file: unknown): void {
  if (synchronous === undefined) return
  if (synchronous !== 'NORMAL' && synchronous !== 'FULL') throw optionError('synchronous', "be 'NORMAL' or 'FULL'", synchronous)
  if (file !== undefined) return
  throw optionError('synchronous', 'be used with file', synchronous, 'set PRAGMA synchronous on the database that you pass')
}

function isTime(ms: unknown, longest = Number.MAX_SAFE_INTEGER): boolean {
  return typeof ms === 'number' && ms > 0 && ms <= longest
}
