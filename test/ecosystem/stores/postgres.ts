import { setTimeout as pause } from 'node:timers/promises'
import type { Room, Store } from '../neighbour'
import type { PublishedStore } from './published-store'

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
    make: async ({ load, session, port, name: tablename }) => {
      const connection = { host: '127.0.0.1', port, user: 'postgres', database: 'postgres' }
      const client = load<(options: object) => object>('knex')({ client: 'pg', connection })
      type Make = new (options: object) => Store
      const found = load<{ ConnectSessionKnexStore: Make } & ((session: unknown) => Make)>(name)
      const Made = found.ConnectSessionKnexStore ?? found(session)
      const store = new Made({ knex: client, tablename, createtable: true, cleanupInterval: 0, clearInterval: 0 })
      // It makes the table by itself, and does not say when
      while (await failure(done => store.length?.(done))) await pause(20)
      return store
    },
  }
})

const sequelize: PublishedStore = {
  title: 'connect-session-sequelize 8.0.6',
  engine: 'postgres',
  packages: { 'connect-session-sequelize': '8.0.6', sequelize: '6.37.7', pg: '8.16.3', 'pg-hstore': '2.3.4' },
  lacks: ['all'],
  make: async ({ load, session, port, name: tableName }) => {
    type Db = { define(name: string, columns: object, options: object): unknown }
    const { Sequelize, DataTypes } = load<{ Sequelize: new (url: string, options: object) => Db; DataTypes: Record<string, unknown> }>(
      'sequelize',
    )
    const db = new Sequelize(`postgres://postgres@127.0.0.1:${port}/postgres`, { logging: false })
    const columns = { sid: { type: DataTypes.STRING, primaryKey: true }, expires: DataTypes.DATE, data: DataTypes.TEXT }
    db.define(tableName, columns, { tableName })
    type Make = new (options: object) => Store & { sync(): Promise<unknown> }
    const Made = load<(store: unknown) => Make>('connect-session-sequelize')(session.Store)
    const store = new Made({ db, table: tableName, checkExpirationInterval: 500 })
    await store.sync()
    return store
  },
}

export const postgres: readonly PublishedStore[] = [...simple, ...knex, sequelize]

/** What a store calls back with, whether its promise rejects as well or not. */
function failure(act: (done: (err?: unknown) => void) => unknown): Promise<unknown> {
  return new Promise(resolve => void Promise.resolve(act(resolve)).catch(resolve))
}
