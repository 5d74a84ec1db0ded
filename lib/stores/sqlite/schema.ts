import { quoted, transaction, type SqliteDatabase } from './database'
import { storeError } from './errors'

/**
 * A migration from one version of the schema to the next.
 *
 * @returns SQL
 * @param table quoted
 */
type Step = (table: string) => string

/**
 * The migrations from an empty database to the current schema. The version of a table is the number of its migrations. Never change one that was
 * released: add another.
 */
const STEPS: readonly Step[] = [
  // No index on expires: each write would write one more page
  table => `
    CREATE TABLE ${table} (
      id TEXT NOT NULL PRIMARY KEY,
      version INTEGER NOT NULL, -- another one with each write
      expires INTEGER NOT NULL, -- milliseconds since 1970
      session TEXT NOT NULL     -- JSON, as express-session's stores have it
    ) WITHOUT ROWID`,
]

/** Has a row for each table of the store. `user_version` is left to the app, which may share the file. */
const VERSIONS = 'resession_schema'

/**
 * Creates the table, or migrates it to the current version. Processes that do so at the same time wait for one another.
 *
 * @throws `ERR_STORE_SCHEMA` for a table of a later version, or of another program
 */
export function prepareSchema(database: SqliteDatabase, name: string, steps = STEPS): void {
  if (versionOf(database, name, steps.length) === steps.length) return
  transaction(database, () => {
    const version = versionOf(database, name, steps.length)
    if (version === steps.length) return
    database.exec(`CREATE TABLE IF NOT EXISTS ${VERSIONS} (name TEXT NOT NULL PRIMARY KEY, version INTEGER NOT NULL) WITHOUT ROWID`)
    for (const step of steps.slice(version)) database.exec(step(quoted(name)))
    database.prepare(`INSERT OR REPLACE INTO ${VERSIONS} VALUES (?, ?)`).run(name.toLowerCase(), steps.length)
  })
}

/** @returns 0 if there is no such table */
function versionOf(database: SqliteDatabase, name: string, latest: number): number {
  const exists = (table: string): boolean =>
    // Table names are case-insensitive
    database.prepare("SELECT 1 FROM sqlite_master WHERE type IN ('table', 'view') AND name = ? COLLATE NOCASE").get(table) != null
  if (!exists(name)) return 0
  const row = exists(VERSIONS) && database.prepare(`SELECT version FROM ${VERSIONS} WHERE name = ?`).get(name.toLowerCase())
  if (!row) {
    const message = `SqliteStore: the database has a table ${quoted(name)} of another kind; write another name in the table option`
    throw storeError('ERR_STORE_SCHEMA', message)
  }
  const version = Number((row as { version: number }).version)
  if (version <= latest) return version
  const message = `SqliteStore: the table ${quoted(name)} has version ${version} of the schema, and this version of resession knows ${latest}; update resession`
  throw storeError('ERR_STORE_SCHEMA', message)
}
