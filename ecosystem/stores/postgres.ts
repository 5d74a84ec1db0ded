import type { Room, Store } from '../integration'
import type { PublishedStore } from './published-store'
import { withTable } from './with-table'

type Factory = (session: unknown) => new (options: object) => Store
interface Pool {
  on(event: 'error', listener: () => void): Pool
  query(sql: string): Promise<unknown>
}

async function make(name: string, { load, session, port, name: table }: Room): Promise<Store> {
  const { Pool } = load<{ Pool: new (options: object) => Pool }>('pg-8')
  const pool = new Pool({ host: '127.0.0.1', port, user: 'postgres', database: 'postgres' }).on('error', () => {})
  const sql = `create table if not exists "${table}" (sid varchar primary key, sess json not null, expire timestamp(6) not null)`
  await pool.query(sql)
  return new (load<Factory>(name)(session))({ pool, tableName: table, pruneSessionInterval: false })
}

const simple: readonly PublishedStore[] = ['5.0.0', '6.1.0', '10.0.0'].map(version => {
  const name = `connect-pg-simple-${version.split('.')[0]}`
  return {
    title: `connect-pg-simple ${version}`,
    engine: 'postgres',
    packages: { [name]: `npm:connect-pg-simple@${version}`, 'pg-8': 'npm:pg@8.16.3' },
    lacks: ['all', 'length', 'clear'],
    make: room => make(name, room),
  }
})

const knex = ['4.0.2', '5.0.0'].map((version): PublishedStore => {
  const name = `connect-session-knex-${version.split('.')[0]}`
  return {
    title: `connect-session-knex ${version}`,
    engine: 'postgres',
    packages: { [name]: `npm:connect-session-knex@${version}`, knex: '3.1.0', pg: '8.16.3' },
    notes: {
      outage: 'It calls back with an error and also rejects. resession catches the rejection; with express-session it ends the process.',
    },
    make: async ({ load, session, port, name: tablename }) => {
      const connection = { host: '127.0.0.1', port, user: 'postgres', database: 'postgres' }
      const client = load<(options: object) => object>('knex')({ client: 'pg', connection })
      type Make = new (options: object) => Store
      const found = load<{ ConnectSessionKnexStore: Make } & ((session: unknown) => Make)>(name)
      const Made = found.ConnectSessionKnexStore ?? found(session)
      // Version 5 has other names for the same options
      const store = new Made({ knex: client, tablename, tableName: tablename, createtable: true, cleanupInterval: 0, clearInterval: 0 })
      return withTable(store)
    },
  }
})

export const postgres: readonly PublishedStore[] = [...simple, ...knex]
