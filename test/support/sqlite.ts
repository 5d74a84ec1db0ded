import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SqliteStore, type SqliteDatabase, type SqliteStoreOptions } from '../../lib/sqlite'
import { loadBetterSqlite } from './better-sqlite3'
import { suiteNeeds } from './suite-needs'

type Class = new (file: string, options?: { readOnly?: boolean; timeout?: number }) => SqliteDatabase

const node = process.getBuiltinModule('node:sqlite') as { DatabaseSync: Class } | undefined

/** Whether this version of Node has node:sqlite, so that the store can open a file. */
export const hasNodeSqlite = node !== undefined

/** Which driver `openDatabase` uses. */
export const driver = node ? 'node:sqlite' : 'better-sqlite3'

/** Opens a database as an app does: with node:sqlite, or with better-sqlite3 on Node 20. It waits for no lock, so that tests need not wait either. */
export function openDatabase(file: string, { readOnly = false } = {}): SqliteDatabase {
  if (node) return new node.DatabaseSync(file, { readOnly, timeout: 0 })
  return new (loadBetterSqlite())(file, { readonly: readOnly, timeout: 0 })
}

/** Called in each suite that uses SQLite: skips it on a version of Node without node:sqlite if better-sqlite3 is not installed either. */
export const needsSqlite = (): void =>
  suiteNeeds('node:sqlite or better-sqlite3 (npm run better-sqlite3)', () => openDatabase(':memory:').close())

/** A folder for each test of the suite that it is called in. All databases and stores of `opens` and `stores` are closed after it. */
export function useSqlite() {
  needsSqlite()
  let folder = ''
  const opened: { close(): unknown }[] = []

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'resession-sqlite-'))
  })
  afterEach(() => {
    // The last one first: a store before its database
    for (const one of opened.splice(0).reverse()) closeQuietly(one)
    rmSync(folder, { recursive: true, force: true })
  })

  const path = (name = 'sessions.db'): string => join(folder, name)
  const keep = <Opened extends { close(): unknown }>(one: Opened): Opened => {
    opened.push(one)
    return one
  }
  const open = (options?: { readOnly?: boolean }, name?: string): SqliteDatabase => keep(openDatabase(path(name), options))
  /** A database in WAL mode, as docs/stores.md recommends. */
  const openWal = (): SqliteDatabase => {
    const database = open()
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL')
    return database
  }
  /** A store with a connection of its own to the file of the test. */
  const store = (options: SqliteStoreOptions = {}): SqliteStore =>
    keep(new SqliteStore({ pruneInterval: false, ...options, ...(options.file ? {} : { database: options.database ?? openWal() }) }))
  return { path, open, openWal, store } as const
}

function closeQuietly(one: { close(): unknown }): void {
  try {
    one.close()
  } catch {
    // The test has closed it
  }
}
