import { randomBytes } from 'node:crypto'
import { readdirSync, rmSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { durableStore, openRecommended, type DurableStore } from './durable-store'
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
  readonly prune?: PruneResult
}

export interface PruneResult {
  /** Of one round. */
  readonly steps: number
  /** The step in the middle of all rounds, in milliseconds. */
  readonly median: number
  /** The longest step of each round, in milliseconds. */
  readonly longest: readonly number[]
  /** The most CPU time of a step of each round, in milliseconds. Other processes and the disk change it little. */
  readonly processor: readonly number[]
  /** Expired rows that are left after all rounds. */
  readonly left: number
}

/** Calls of each method that are timed. */
const CALLS = 10_000

export async function measureDurable(job: DurableJob): Promise<DurableResult> {
  const { expired, ...costs } = await measureCalls(job)
  return { ...costs, ...(job.prunes && { prune: prune(job.durable, expired) }) }
}

type Costs = Omit<DurableResult, 'prune'>

/** @returns also when the sessions expire, in milliseconds since 1970 */
async function measureCalls({ durable, sessions }: DurableJob): Promise<Costs & { expired: number }> {
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
  return { bytesPerSession, get, set, expired: expires.valueOf() }
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
  readonly Pruner: new (records: object, interval: number) => { step(): boolean; stop(): void }
  readonly SqliteRecords: new (
    database: object,
    table: string,
    ttl: number,
  ) => { set(id: string, write: { json: string; expires: number }): void; length(): number }
}

/** Rounds of pruning, each in a copy of the file. */
const ROUNDS = 5
/** Writes before each round. Their pages are still in the WAL when it begins. */
const WRITES = 500

function prune(durable: DurableStore, expired: number): PruneResult {
  const rounds = Array.from({ length: ROUNDS }, () => pruneCopy(durable, expired))
  const times = rounds.flatMap(({ times }) => times).toSorted((a, b) => a - b)
  return {
    steps: rounds[0]?.times.length as number,
    median: times[times.length >> 1] as number,
    longest: rounds.map(({ times }) => Math.max(...times)),
    processor: rounds.map(({ processor }) => processor),
    left: rounds.reduce((sum, { left }) => sum + left, 0),
  }
}

/** Prunes as the timer does: in steps whose number of rows follows from the step before. */
function pruneCopy({ sqlite, packages, folder }: DurableStore, expired: number): { times: number[]; processor: number; left: number } {
  const load = createRequire(sqlite)
  const { Pruner } = load('./stores/sqlite/pruner') as Pick<Inside, 'Pruner'>
  const { SqliteRecords } = load('./stores/sqlite/records') as Pick<Inside, 'SqliteRecords'>
  const copy = join(folder, 'copy.db')
  const original = openRecommended(packages, join(folder, 'sessions.db'))
  original.exec(`VACUUM INTO '${copy}'`)
  original.close()
  const database = openRecommended(packages, copy)
  const records = new SqliteRecords(database, 'sessions', 1)
  for (let at = 0; at < WRITES; at++) {
    records.set(randomBytes(24).toString('base64url'), { json: JSON.stringify(record(BYTES, at)), expires: 2 * expired })
  }
  const { now } = Date
  Date.now = () => expired + 1
  const pruner = new Pruner(records, 60_000)
  pruner.stop()
  // Not during a step: it is long, because of what has filled the store
  global.gc?.()
  const times: number[] = []
  let processor = 0
  for (let hasMore = true; hasMore;) {
    const [start, used] = [performance.now(), process.cpuUsage()]
    hasMore = pruner.step()
    times.push(performance.now() - start)
    const { user, system } = process.cpuUsage(used)
    processor = Math.max(processor, (user + system) / 1000)
  }
  Date.now = now
  const rows = database.prepare('SELECT count(*) AS n FROM sessions').get() as { n: number }
  database.close()
  for (const suffix of ['', '-wal', '-shm']) rmSync(copy + suffix, { force: true })
  return { times, processor, left: rows.n - WRITES }
}
