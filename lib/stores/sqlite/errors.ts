/** The `code` of an error of `SqliteStore`. */
export type SqliteErrorCode =
  | 'ERR_STORE_BUSY'
  | 'ERR_STORE_CLOSED'
  | 'ERR_STORE_CORRUPT'
  | 'ERR_STORE_FULL'
  | 'ERR_STORE_NO_SQLITE'
  | 'ERR_STORE_OPEN'
  | 'ERR_STORE_READ_ONLY'
  | 'ERR_STORE_SCHEMA'
  | 'ERR_STORE_WRITE'

/** The result codes of SQLite that have an error of their own (https://sqlite.org/rescode.html). */
const NAMES: Readonly<Record<number, string>> = {
  5: 'BUSY',
  6: 'LOCKED',
  8: 'READONLY',
  10: 'IOERR',
  11: 'CORRUPT',
  13: 'FULL',
  14: 'CANTOPEN',
  15: 'PROTOCOL',
  26: 'NOTADB',
}

const MEANINGS: Readonly<Record<string, readonly [code: SqliteErrorCode, what: string]>> = {
  BUSY: ['ERR_STORE_BUSY', 'is locked by another connection'],
  LOCKED: ['ERR_STORE_BUSY', 'is locked by another connection'],
  READONLY: ['ERR_STORE_READ_ONLY', 'cannot be written: the file or its folder is read-only'],
  IOERR: ['ERR_STORE_WRITE', 'could not be read or written'],
  CORRUPT: ['ERR_STORE_CORRUPT', 'is damaged: restore a backup, or move it away and restart'],
  NOTADB: ['ERR_STORE_CORRUPT', 'is not a SQLite database: restore a backup, or move it away and restart'],
  FULL: ['ERR_STORE_FULL', 'is full: there is no space on the disk, or the file has reached max_page_count'],
  CANTOPEN: ['ERR_STORE_OPEN', 'cannot be opened: does its folder exist, and may this process write to it?'],
  PROTOCOL: ['ERR_STORE_BUSY', 'is locked by another connection'],
  TABLE: ['ERR_STORE_SCHEMA', 'has another table now: restart this process'],
  CLOSED: ['ERR_STORE_CLOSED', 'is closed'],
}

interface DriverError {
  /** better-sqlite3 and bun:sqlite: a name such as SQLITE_BUSY_SNAPSHOT. */
  readonly code?: unknown
  /** node:sqlite: the number of SQLite. */
  readonly errcode?: unknown
  readonly message?: unknown
}

/** The result name of SQLite, without SQLITE_ and details. */
function resultOf(err: unknown): string | undefined {
  const { code, errcode, message } = (err ?? {}) as DriverError
  const text = String(message)
  // The app, or another program, has dropped or changed the table
  if (/^no such (table|column): |has no column named /.test(text)) return 'TABLE'
  if (code === 'ERR_STORE_BUSY') return 'BUSY'
  if (typeof errcode === 'number') return NAMES[errcode & 0xff]
  if (typeof code === 'string' && code.startsWith('SQLITE_')) return code.split('_')[1]
  if (/(database|connection) (is not open|has been closed|is closed)|closed database|statement has been finalized/i.test(text))
    return 'CLOSED'
  // better-sqlite3 while the app iterates over rows
  if (/connection is busy/i.test(text)) return 'BUSY'
  return undefined
}

/** Whether the same operation may succeed a moment later. */
export function isBusy(err: unknown): boolean {
  const result = resultOf(err)
  return result !== undefined && MEANINGS[result]?.[0] === 'ERR_STORE_BUSY'
}

/**
 * The store's error for an error of the driver. Other errors are returned unchanged.
 *
 * @param place names the sessions in the message
 */
export function storeErrorOf(err: unknown, place: string): unknown {
  if (String((err as DriverError | undefined)?.code).startsWith('ERR_STORE_')) return err
  const meaning = MEANINGS[resultOf(err) ?? '']
  if (!meaning) return err
  const [code, what] = meaning
  return storeError(code, `SqliteStore: ${place} ${what}`, err)
}

/** An error of SqliteStore. */
export function storeError(code: SqliteErrorCode, message: string, cause?: unknown): Error {
  const err = new Error(message, cause === undefined ? undefined : { cause })
  // Express's error handler reads `status`
  return Object.assign(err, { code }, code === 'ERR_STORE_BUSY' ? { status: 503 } : undefined)
}

/** node:sqlite is missing, and no database was passed. */
export function noSqlite(): Error {
  const message =
    `SqliteStore: file option needs node:sqlite, which ${runtime()} does not have; use Node 22.13 or later, ` +
    "or npm install better-sqlite3 and write new SqliteStore({ database: new Database('sessions.db') })"
  return storeError('ERR_STORE_NO_SQLITE', message)
}

function runtime(): string {
  const { bun, node } = process.versions as { bun?: string; node: string }
  return bun ? `Bun ${bun}` : `Node ${node}`
}
