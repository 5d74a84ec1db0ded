import type { SqliteDatabase } from './database'

/** Pages of the WAL that were copied to the database, and pages that must stay because another connection still reads older ones. */
export interface Checkpoint {
  readonly copied: number
  readonly left: number
}

const NOTHING: Checkpoint = { copied: 0, left: 0 }

/** Pages after which a write makes a checkpoint. Zero: the app makes the checkpoints itself. */
function usualPages(database: SqliteDatabase): number {
  const row = database.prepare('PRAGMA wal_autocheckpoint').get() as { readonly wal_autocheckpoint?: number } | undefined
  return Number(row?.wal_autocheckpoint ?? 0)
}

/** Runs a write that makes no checkpoint, so that it takes no longer. The setting is that of the app again afterwards. */
export function withoutCheckpoint<Value>(database: SqliteDatabase, act: () => Value): Value {
  const pages = usualPages(database)
  if (pages === 0) return act()
  database.exec('PRAGMA wal_autocheckpoint = 0')
  try {
    return act()
  } finally {
    database.exec(`PRAGMA wal_autocheckpoint = ${pages}`)
  }
}

/** Copies the pages of the WAL to the database. It waits for no other connection. @throws errors of the driver, in a transaction among others */
export function checkpoint(database: SqliteDatabase): Checkpoint {
  if (usualPages(database) === 0) return NOTHING
  const row = database.prepare('PRAGMA wal_checkpoint(PASSIVE)').get() as { readonly log: number; readonly checkpointed: number }
  const [pages, copied] = [Number(row.log), Number(row.checkpointed)]
  // Without a WAL both are -1
  return pages < 0 ? NOTHING : { copied, left: pages - copied }
}
