import type { IncomingMessage } from 'node:http'
import session from 'PACKAGE'
import { atomicMysql, atomicPostgres, atomicRedis } from 'PACKAGE/atomic'
import { SqliteStore, type SqliteDatabase } from 'PACKAGE/sqlite'
import { storeContract } from 'PACKAGE/store-contract'

// A library that passes sessions on: no export has a type annotation, so that the compiler must name each type in the declaration file

export { session, session as default, atomicMysql, atomicPostgres, atomicRedis, storeContract }
export const sessions = session({ secret: 'x' })
export const withSecret = (secret: string) => session({ secret, cookie: { maxAge: 60_000 } })
export const statics = {
  Cookie: session.Cookie,
  MemoryStore: session.MemoryStore,
  Session: session.Session,
  Store: session.Store,
}

declare const options: session.SessionOptions
export const { secret, genid, cookie, store, seal, onStoreError, concurrency, unset, saveErrors, storeTimeout, proxy } = options
export const copied = { ...options, rolling: true }
export const common = { secret: 'x', store: new session.MemoryStore() } satisfies session.SessionOptions
export const lifetime = options.touchAfter
export const handlers = [session(options), session({ ...options, name: 'id' })]

export const made = new session.Cookie({ maxAge: 1 })
export const { data, expires, sameSite, priority } = made
export const serialized = () => made.serialize?.('name', 'value')
export const live = () => made as session.LiveCookie
export const attributes = { ...made.data }

export const memory = new session.MemoryStore({ max: 10 })
export const methods = { get: memory.get, set: memory.set, touch: memory.touch, destroy: memory.destroy }
export const conditional = { compareAndSet: memory.compareAndSet, all: memory.all, length: memory.length, clear: memory.clear }
export const inherited = { load: memory.load, regenerate: memory.regenerate, createSession: memory.createSession }
export const kept = () => memory.sessions

declare const database: SqliteDatabase
export const sqlite = new SqliteStore({ database, table: 'sessions', pruneInterval: false })
export const sqliteMethods = { get: sqlite.get, set: sqlite.set, compareAndSet: sqlite.compareAndSet, all: sqlite.all, close: sqlite.close }
export const onSqlite = session({ secret: 'x', store: new SqliteStore({ file: 'sessions.db' }) })
export class InFile extends SqliteStore {
  constructor() {
    super({ file: 'sessions.db', synchronous: 'FULL' })
  }
}
export class Kept extends session.MemoryStore {
  override get = (id: string, callback: Parameters<session.Store['get']>[1]) => super.get(id, callback)
}
export abstract class Partly extends session.Store {
  readonly records = new Map<string, session.SessionData>()
}
export const touchOf = (some: session.Store) => some.touch
export const loadOf = (some: session.Store) => some.load

export const sessionOf = ({ session }: session.UpgradeRequest) => session
export const idOf = (req: IncomingMessage & Partial<session.RequestSession>) => req.session?.id
export const storeOf = (req: session.RequestSession) => req.sessionStore
export const cookieOf = (req: session.RequestSession) => req.session.cookie
export const cookieMethods = (req: session.RequestSession) => req.session.cookie.originalMaxAge
export const saved = (req: session.RequestSession) => req.session.save()
export const savedBy = (req: session.RequestSession, done: session.Callback) => req.session.save(done)
export const answered = (done: session.ResultCallback<string>) => done(null, 'text')
export const destroyed = (req: session.RequestSession) => req.session.destroy
export const regenerated = (req: session.RequestSession) => req.session.regenerate
export const updated = (req: IncomingMessage) => session.update(req, () => {})
export const updateWith = (change: Parameters<typeof session.update>[1]) => change
export const { update } = session
export const touched = (some: session.Session) => some.touch()
export const hostOf = (some: session.Session) => some.req
export const blank = (req: object) => new session.Session(req)

export const contract = (options: Parameters<typeof storeContract>[1]) => () => storeContract('mine', options)
export const contractOptions = {} as Partial<Parameters<typeof storeContract>[1]>
export const conditionally = { redis: atomicRedis, postgres: atomicPostgres, mysql: atomicMysql }
export const redisOptions = {} as Parameters<typeof atomicRedis>[1]
