import { createRequire } from 'node:module'
import type connectPgSimple = require('connect-pg-simple')
import type expressMysqlSession = require('express-mysql-session')
import type { createPool } from 'mysql2/promise'
import type { Pool } from 'pg'
import type { StorePlace } from './distant-store'
import type { SessionStore } from './site'

/** Loaded only when needed. */
const load = createRequire(__filename)

/** The store of connect-pg-simple, with a table of its own. */
export function postgresStore({ url, prefix: tableName }: StorePlace): SessionStore {
  const { Pool: Connections } = load('pg') as { Pool: typeof Pool }
  const PgStore = (load('connect-pg-simple') as typeof connectPgSimple)(load('express-session') as never)
  const pool = new Connections({ connectionString: url })
  const store = new PgStore({ pool, tableName, createTableIfMissing: true, pruneSessionInterval: false })
  const all: SessionStore['all'] = callback => {
    pool
      .query<{ sid: string; sess: object }>(`SELECT sid, sess FROM "${tableName}"`)
      .then(({ rows }) => callback(null, Object.fromEntries(rows.map(({ sid, sess }) => [sid, sess]))), callback)
  }
  return Object.assign(store, { all, client: { destroy: () => void pool.end() } }) as unknown as SessionStore
}

/** The store of express-mysql-session. */
export async function mysqlStore({ url, prefix: tableName }: StorePlace): Promise<SessionStore> {
  const connections = (load('mysql2/promise') as { createPool: typeof createPool }).createPool(url)
  const MysqlStore = (load('express-mysql-session') as typeof expressMysqlSession)(load('express-session') as never)
  const store = new MysqlStore({ clearExpired: false, createDatabaseTable: true, schema: { tableName } }, connections as never)
  await store.onReady()
  return Object.assign(store, { client: { destroy: () => void connections.end() } }) as unknown as SessionStore
}
