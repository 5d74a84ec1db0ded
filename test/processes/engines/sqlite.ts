import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SqliteStore, type SqliteDatabase } from '../../../lib/sqlite'
import { loadBetterSqlite } from '../../support/better-sqlite3'
import { hasNodeSqlite } from '../../support/sqlite'
import type { Connect, Store } from './engine'

/** As in docs/stores.md for versions of Node without node:sqlite. */
function openWithBetterSqlite(file: string): SqliteDatabase {
  const database = new (loadBetterSqlite())(file, { timeout: 10 })
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL')
  return database
}

/** In a temporary file, which each process opens. */
export const connect: Connect = async (_, place) => {
  const file = join(tmpdir(), `${place}.db`)
  const database = hasNodeSqlite ? undefined : openWithBetterSqlite(file)
  const stores: SqliteStore[] = []
  const make = (): Store => {
    const store = new SqliteStore(database ? { database } : { file })
    stores.push(store)
    return store as never
  }
  return {
    prepare: async () => make(),
    plain: make,
    atomic: make,
    check: async () => {
      const checked = openFor(file, database)
      const row = checked.prepare('PRAGMA integrity_check').get() as { integrity_check: string }
      if (checked !== database) checked.close()
      if (row.integrity_check !== 'ok') throw new Error(`integrity_check: ${row.integrity_check}`)
    },
    contents: async () => {
      const read = openFor(file, database)
      const rows = read.prepare('select id, session from sessions').all() as { id: string; session: string }[]
      if (read !== database) read.close()
      return new Map(rows.map(({ id, session }) => [id, session]))
    },
    remove: async () => {},
    close: async () => {
      for (const store of stores) store.close()
      database?.close()
      for (const suffix of ['', '-wal', '-shm']) rmSync(file + suffix, { force: true })
    },
  }
}

function openFor(file: string, database: SqliteDatabase | undefined): SqliteDatabase {
  if (database) return database
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite') as { DatabaseSync: new (file: string) => SqliteDatabase }
  return new DatabaseSync(file)
}
