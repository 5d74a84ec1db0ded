import { randomBytes } from 'node:crypto'
import { readdirSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { durableStore, type DurableStore } from './durable-store'
import { BYTES, record } from './record'
import { promised, type SessionStore } from './site'

/** Fills a durable store, and measures the costs. */
export interface DurableJob {
  readonly do: 'durable'
  readonly durable: DurableStore
  readonly sessions: number
  /** Whether all sessions expire, and are pruned. */
  readonly prunes: boolean
}

export interface DurableResult {
  /** On disk, in blocks. */
  readonly bytesPerSession: number
  /** The time of each call, in microseconds. */
  readonly get: number
  readonly set: number
  /** The longest batch and its median, in milliseconds, and the number of remaining expired rows. */
  readonly prune?: { readonly batches: number; readonly longest: number; readonly median: number; readonly left: number }
}

/** Calls of each method that are timed. */
const CALLS = 10_000

export async function measureDurable({ durable, sessions, prunes }: DurableJob): Promise<DurableResult> {
  const store = (await durableStore(durable)) as SessionStore
  const ids = Array.from({ length: sessions }, () => randomBytes(24).toString('base64url'))
  const expires = new Date(Date.now() + 86_400_000)
  const cookie = { originalMaxAge: 86_400_000, expires, httpOnly: true, path: '/' }
  const write = (id: string, at: number): Promise<unknown> => promised<void>(done => store.set(id, { cookie, ...record(BYTES, at) }, done))
  for (const [at, id] of ids.entries()) await write(id, at)
  const bytesPerSession = bytesIn(durable.folder) / sessions
  const some = Array.from({ length: Math.min(CALLS, sessions) }, () => ids[Math.floor(Math.random() * sessions)] as string)
  const get = await timed(some, id => promised(done => store.get(id, done as never)))
  const set = await timed(some, write)
  return { bytesPerSession, get, set, ...(prunes && { prune: prune(durable, expires.valueOf()) }) }
}

async function timed(ids: readonly string[], call: (id: string, at: number) => Promise<unknown>): Promise<number> {
  const start = process.hrtime.bigint()
  for (const [at, id] of ids.entries()) await call(id, at)
  return Number(process.hrtime.bigint() - start) / 1000 / ids.length
}

function bytesIn(folder: string): number {
  return readdirSync(folder)
    .map(file => statSync(join(folder, file)).blocks * 512)
    .reduce((sum, bytes) => sum + bytes, 0)
}

interface Inside {
  readonly Pruner: new (records: object, interval: number) => { pruneBatch(): boolean; stop(): void }
  readonly SqliteRecords: new (database: object, table: string, ttl: number) => { prune(most: number): number; length(): number }
}

/** Prunes as the timer does: in batches whose size follows from the time of the one before. */
function prune({ sqlite, packages, folder }: DurableStore, expired: number): NonNullable<DurableResult['prune']> {
  const load = createRequire(sqlite)
  const { Pruner } = load('./stores/sqlite/pruner') as Pick<Inside, 'Pruner'>
  const { SqliteRecords } = load('./stores/sqlite/records') as Pick<Inside, 'SqliteRecords'>
  const node = process.getBuiltinModule('node:sqlite') as { DatabaseSync: new (file: string) => object } | undefined
  const file = join(folder, 'sessions.db')
  const Better = node ? undefined : (createRequire(join(packages, 'package.json'))('better-sqlite3') as new (file: string) => object)
  const database = (node ? new node.DatabaseSync(file) : new (Better as NonNullable<typeof Better>)(file)) as { exec(sql: string): void }
  database.exec('PRAGMA synchronous = NORMAL')
  const records = new SqliteRecords(database, 'sessions', 1)
  const { now } = Date
  Date.now = () => expired + 1
  const pruner = new Pruner(records, 60_000)
  pruner.stop()
  const times: number[] = []
  for (let hasMore = true; hasMore;) {
    const start = performance.now()
    hasMore = pruner.pruneBatch()
    times.push(performance.now() - start)
  }
  Date.now = now
  const sorted = times.toSorted((a, b) => a - b)
  return { batches: times.length, longest: sorted.at(-1) as number, median: sorted[sorted.length >> 1] as number, left: records.length() }
}
