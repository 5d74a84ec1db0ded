import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { promised, type SessionStore } from './site'

/** A store that a process creates for itself. */
export interface DurableStore {
  readonly kind: 'MemoryStore' | 'SqliteStore' | 'better-sqlite3-session-store' | 'connect-sqlite3' | 'session-file-store' | 'memorystore'
  /** The argument of `require` for `resession/sqlite`; resolved to a file. */
  readonly sqlite: string
  /** The folder that has the published stores in its node_modules. */
  readonly packages: string
  /** Where sessions are kept: an empty folder. */
  readonly folder: string
}

type Make = (options: object) => SessionStore
type Factory = (session: unknown) => new (options: object) => SessionStore

interface Database {
  exec(sql: string): void
  prepare(sql: string): { all(): unknown[]; get(): unknown }
  close(): void
}

/** The store, with an `all` that returns its sessions by ID. */
export async function durableStore(durable: DurableStore): Promise<SessionStore | undefined> {
  const { kind, folder, packages } = durable
  const load = createRequire(join(packages, 'package.json'))
  const make = (options: object): SessionStore => new ((load(kind) as Factory)(load('express-session')))(options)
  switch (kind) {
    case 'MemoryStore':
      return undefined
    case 'SqliteStore':
      return sqliteStore(durable)
    case 'better-sqlite3-session-store':
      return betterStore(make, openDatabase(packages, join(folder, 'sessions.db')))
    case 'connect-sqlite3':
      return connectSqlite3(make, folder)
    case 'session-file-store':
      return fileStore(make, folder)
    case 'memorystore':
      return make({ checkPeriod: 86_400_000 })
  }
}

const node = process.getBuiltinModule('node:sqlite') as { DatabaseSync: new (file: string) => Database } | undefined

export function sqliteStore({ sqlite, packages, folder }: DurableStore): SessionStore {
  const { SqliteStore } = createRequire(__filename)(sqlite) as { SqliteStore: new (options: object) => SessionStore }
  const file = join(folder, 'sessions.db')
  return new SqliteStore(node ? { file } : { database: openRecommended(packages, file) })
}

/** With the settings that docs/stores.md recommends for a database of the app. */
export function openRecommended(packages: string, file: string): Database {
  const database = openDatabase(packages, file)
  database.exec('PRAGMA wal_autocheckpoint = 160')
  return database
}

/** In WAL mode, with fewer checkpoints, which take longer. */
function openDatabase(packages: string, file: string): Database {
  const database = node ? new node.DatabaseSync(file) : openBetter(packages, file)
  database.exec('PRAGMA busy_timeout = 10; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL')
  return database
}

function openBetter(packages: string, file: string): Database {
  const Better = createRequire(join(packages, 'package.json'))('better-sqlite3') as new (file: string) => Database
  return new Better(file)
}

function betterStore(make: Make, client: Database): SessionStore {
  const rows = (): Row[] => client.prepare('SELECT sid, sess FROM sessions').all() as Row[]
  const all: SessionStore['all'] = callback => callback(null, parsed(rows()))
  return Object.assign(make({ client }), { all })
}

async function connectSqlite3(make: Make, folder: string): Promise<SessionStore> {
  // With its option for WAL
  const store = make({ db: 'sessions.db', dir: folder, concurrentDB: true }) as SessionStore & {
    db: { all(sql: string, done: unknown): void }
  }
  const rows = async (): Promise<Row[]> =>
    (await promised<Row[]>(done => store.db.all('SELECT sid, sess FROM sessions', done))) as unknown as Row[]
  // Its table is created some time after the constructor
  for (let left = 200; left > 0; left--) {
    const found = await rows().catch(() => undefined)
    if (found) break
    await new Promise(resolve => setTimeout(resolve, 10))
  }
  const all: SessionStore['all'] = callback => void rows().then(rows => callback(null, parsed(rows)), callback)
  return Object.assign(store, { all })
}

function fileStore(make: Make, folder: string): SessionStore {
  const store = make({ path: folder, reapInterval: -1, logFn: () => {} })
  const all: SessionStore['all'] = callback => {
    const files = readdirSync(folder).filter(file => file.endsWith('.json'))
    callback(
      null,
      Object.fromEntries(files.map(file => [file.slice(0, -'.json'.length), JSON.parse(readFileSync(join(folder, file), 'utf8'))])),
    )
  }
  return Object.assign(store, { all })
}

interface Row {
  readonly sid: string
  readonly sess: string
}

function parsed(rows: readonly Row[]): Record<string, object> {
  return Object.fromEntries(rows.map(({ sid, sess }) => [sid, JSON.parse(sess) as object]))
}
