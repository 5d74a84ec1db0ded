import { createRequire } from 'node:module'
import { Pool } from 'pg'
import session = require('../../../lib')
import { atomicPostgres } from '../../../lib/atomic'
import type { Connect, Package, Store } from './engine'

type Factory = (session: Package) => new (options: { pool: Pool; tableName: string; pruneSessionInterval: false }) => Store

// It has no types
const storeOn = createRequire(__filename)('connect-pg-simple') as Factory

export const connect: Connect = async (url, place) => {
  const pool = new Pool({ connectionString: url })
  pool.on('error', () => {})
  const plain = (session: Package): Store => new (storeOn(session))({ pool, tableName: place, pruneSessionInterval: false })
  return {
    // The store's own table.sql, without its index
    prepare: async () => pool.query(`create table "${place}" (sid varchar primary key, sess json not null, expire timestamp(6) not null)`),
    plain,
    atomic: () => atomicPostgres(plain(session)),
    contents: async () => {
      const { rows } = await pool.query<{ id: string; data: string }>(`select sid as id, sess::text as data from "${place}"`)
      return new Map(rows.map(({ id, data }) => [id, data]))
    },
    remove: async () => pool.query(`drop table "${place}"`),
    close: async () => pool.end(),
  }
}
