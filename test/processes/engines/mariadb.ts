import { createPool } from 'mysql2/promise'
import { createRequire } from 'node:module'
import session = require('../../../lib')
import { atomicMysql } from '../../../lib/atomic'
import type { Connect, Package, Store } from './engine'

interface Options {
  readonly clearExpired: boolean
  readonly createDatabaseTable: boolean
  readonly schema: { readonly tableName: string }
}

type Factory = (session: Package) => new (options: Options, connection: unknown) => Store & { createDatabaseTable(): Promise<void> }

// It has no types
const storeOn = createRequire(__filename)('express-mysql-session') as Factory

export const connect: Connect = async (url, place) => {
  const pool = createPool(url)
  const options: Options = { clearExpired: false, createDatabaseTable: false, schema: { tableName: place } }
  const plain = (session: Package) => new (storeOn(session))(options, pool)
  return {
    prepare: async () => plain(session).createDatabaseTable(),
    plain,
    atomic: () => atomicMysql(plain(session)),
    contents: async () => {
      const [rows] = await pool.query(`select session_id as id, data from \`${place}\``)
      return new Map((rows as { id: string; data: string }[]).map(({ id, data }) => [id, data]))
    },
    remove: async () => pool.query(`drop table \`${place}\``),
    close: async () => pool.end(),
  }
}
