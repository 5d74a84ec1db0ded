import { expect } from 'chai'
import mysqlSession = require('express-mysql-session')
import expressSession = require('express-session')
import { randomUUID } from 'node:crypto'
import { createRequire } from 'node:module'
import { createPool, type Pool } from 'mysql2/promise'
import { atomicMysql } from '../../lib/atomic'
import { storeContract } from '../../lib/store-contract'
import { useClock } from '../support/clock'
import { MARIADB, needsMariadb } from '../support/engines'
import { abilities, asked, codesOf, sharing, promised, type AnyStore } from './store-cases'

const load = createRequire(__filename)
type Make = (options: object, connection: unknown) => AnyStore

const MySQLStore = mysqlSession(expressSession as never)
const MySQLStore2 = (load('express-mysql-session-2') as typeof mysqlSession)(expressSession as never)
/** The driver of version 2; the types of both describe mysql2. */
const mysql = createRequire(load.resolve('express-mysql-session-2'))('mysql') as {
  createPool(url: string): { end(done: () => void): void }
}

const latest: Make = (options, connection) => new MySQLStore(options as never, connection as never) as never
const two: Make = (options, connection) => new MySQLStore2(options as never, connection as never) as never

const TABLE = `sessions of ${randomUUID()}`
const columnNames = { session_id: 'the id', expires: 'the end', data: 'the data' }

describe('atomicMysql', () => {
  needsMariadb()
  const pool = createPool(MARIADB)
  /** Returns the number of changed rows, not of found rows. */
  const changes = createPool({ uri: MARIADB, flags: ['-FOUND_ROWS'] })
  /** The charset that version 2 sets if it creates the pool itself. */
  const pool1 = mysql.createPool(`${MARIADB}?charset=utf8mb4_bin`)
  const tables: string[] = []
  after(async () => {
    for (const table of tables) await pool.query('drop table if exists ??', [table]).catch(() => {})
    await Promise.all([pool.end(), changes.end(), new Promise<void>(resolve => pool1.end(resolve))])
  })

  const stores: Record<string, [make: Make, connection: unknown, options?: object]> = {
    'express-mysql-session 3': [latest, pool],
    'express-mysql-session 3 with names of its own': [latest, pool, { schema: { columnNames } }],
    'express-mysql-session 3 of rows that change': [latest, changes],
    'express-mysql-session 2 with mysql': [two, pool1],
    'express-mysql-session 2 with mysql2': [two, pool],
  }
  for (const [title, [make, connection, given]] of Object.entries(stores)) {
    describe(title, () => {
      const tableName = `${TABLE} ${tables.length}`
      tables.push(tableName)
      const names = given ? columnNames : { session_id: 'session_id', expires: 'expires', data: 'data' }
      const options = { clearExpired: false, createDatabaseTable: false, schema: { tableName, columnNames: names } }
      before(async () => {
        await createTable(pool, tableName, names)
      })

      describe('on a clock', () => {
        const clock = useClock()
        storeContract(title, {
          make: () => atomicMysql(make(options, connection)),
          has: ['compareAndSet', 'update'],
          // It reads the IDs from a column with the default name
          lacks: given ? ['all'] : [],
          dispose: async () => void (await pool.query('delete from ??', [tableName])),
          wait: clock.turn,
        })
      })

      for (const [which, also] of Object.entries({ 'by default': {}, 'with an expiration': { expiration: 100_000 } })) {
        sharing(`${title} ${which}`, {
          plain: () => make({ ...options, ...also }, connection),
          atomic: () => atomicMysql(make({ ...options, ...also }, connection)),
          raw: async id => {
            const [rows] = await pool.query('select ?? as text, ?? as expiry from ?? where ?? = ?', [
              names.data,
              names.expires,
              tableName,
              names.session_id,
              id,
            ])
            const [row] = rows as { text: unknown; expiry: unknown }[]
            return [row?.text, row?.expiry]
          },
        })
      }
    })
  }

  abilities(() => latest({ clearExpired: false, createDatabaseTable: false }, pool), atomicMysql)

  it('creates a record in a table with an AUTO_INCREMENT column', async () => {
    const tableName = `${TABLE} numbered`
    tables.push(tableName)
    const columns = 'n int auto_increment primary key, session_id varchar(128) unique, expires int unsigned, data mediumtext'
    await pool.query(`create table ?? (${columns})`, [tableName])
    const store = promised(atomicMysql(latest({ clearExpired: false, createDatabaseTable: false, schema: { tableName } }, pool)))
    for (const id of ['a', 'b']) {
      expect((await store.compareAndSet(id, { n: 1 }, null)).ok).to.equal(true)
      expect((await store.compareAndSet(id, { n: 2 }, null)).ok).to.equal(false)
    }
  })

  it('compares in a table of another character set, over a connection with a third one', async () => {
    const tableName = `${TABLE} latin`
    tables.push(tableName)
    const columns = 'session_id varchar(128) primary key, expires int unsigned, data mediumtext character set utf8mb3'
    await pool.query(`create table ?? (${columns})`, [tableName])
    const latin = createPool({ uri: MARIADB, charset: 'latin1' })
    const store = promised(atomicMysql(latest({ clearExpired: false, createDatabaseTable: false, schema: { tableName } }, latin)))
    await store.set('a', { text: 'ü' })
    const { ok, version } = await store.compareAndSet('a', { text: 'é' }, await store.version('a'))
    expect(ok).to.equal(true)
    expect((await store.compareAndSet('a', { text: 'ä' }, version ?? null)).ok).to.equal(true)
    expect((await store.get('a'))?.text).to.equal('ä')
    await latin.end()
  })

  it('calls back with an error for a record that cannot be read', async () => {
    const tableName = `${TABLE} broken`
    tables.push(tableName)
    await createTable(pool, tableName, { session_id: 'session_id', expires: 'expires', data: 'data' })
    await pool.query('insert into ?? values (?, ?, ?)', [tableName, 'a', 2 ** 32 - 1, '{'])
    const store = atomicMysql(latest({ clearExpired: false, createDatabaseTable: false, schema: { tableName } }, pool))
    expect(await asked(store, 'get', 'a')).to.be.an.instanceof(SyntaxError)
  })

  for (const [version, make, connection] of [
    [3, latest, pool],
    [2, two, pool1],
  ] as const) {
    it(`calls back with the error of the database in each method (version ${version})`, async () => {
      const store = atomicMysql(make({ clearExpired: false, createDatabaseTable: false, schema: { tableName: 'nowhere' } }, connection))
      expect(await codesOf(store)).to.deep.equal(Array(4).fill('ER_NO_SUCH_TABLE'))
    })
  }
})

/** As the store creates it. */
async function createTable(pool: Pool, table: string, names: Record<'session_id' | 'expires' | 'data', string>): Promise<void> {
  const columns =
    '?? varchar(128) collate utf8mb4_bin not null, ?? int(11) unsigned not null, ?? mediumtext collate utf8mb4_bin, primary key (??)'
  await pool.query(`create table ?? (${columns}) engine=InnoDB`, [table, names.session_id, names.expires, names.data, names.session_id])
}
