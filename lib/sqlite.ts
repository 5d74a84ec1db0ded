export type { SqliteDatabase, SqliteStatement } from './stores/sqlite/database'
export type { SqliteErrorCode } from './stores/sqlite/errors'
export { SqliteStore, type SqliteStoreOptions } from './stores/sqlite/sqlite-store'
