import { expect } from 'chai'
import simple = require('connect-pg-simple')
import expressSession = require('express-session')
import { randomUUID } from 'node:crypto'
import { createRequire } from 'node:module'
import { Pool } from 'pg'
import { atomicPostgres } from '../../lib/atomic'
import { storeContract } from '../../lib/store-contract'
import { useClock } from '../support/clock'
import { needsPostgres, POSTGRES } from '../support/engines'
import { abilities, codesOf, sharing, promised, type AnyStore } from './store-cases'

type Options = ConstructorParameters<ReturnType<typeof simple>>[0]
type Make = (options: Options) => AnyStore

const SimpleStore = simple(expressSession)
const SimpleStore5 = (createRequire(__filename)('connect-pg-simple-5') as typeof simple)(expressSession)
const latest: Make = options => new SimpleStore(options) as never
const five: Make = options => new SimpleStore5(options) as never

/** An identifier that needs quotes. */
const TABLE = `Sessions of ${randomUUID()}`
const SCHEMA = `Schema of ${randomUUID()}`

describe('atomicPostgres', () => {
  needsPostgres()
  const pool = new Pool({ connectionString: POSTGRES })
  before(async () => {
    await pool.query(`create schema "${SCHEMA}"`)
  })
  after(async () => {
    if (pool.totalCount > 0) await pool.query(`drop schema if exists "${SCHEMA}" cascade`)
    await pool.end()
  })

  const stores: Record<string, [column: string, make: Make]> = {
    'connect-pg-simple 10 with json': ['json', latest],
    'connect-pg-simple 10 with jsonb': ['jsonb', latest],
    'connect-pg-simple 10 with text': ['text', latest],
    'connect-pg-simple 5 with json': ['json', five],
  }
  for (const [title, [column, make]] of Object.entries(stores)) {
    describe(title, () => {
      const tableName = `${TABLE} ${column} ${make === five ? 5 : 10}`
      const options = { pool, schemaName: SCHEMA, tableName, pruneSessionInterval: false } as const
      const table = `"${SCHEMA}"."${tableName}"`
      before(async () => {
        await pool.query(`create table ${table} (sid varchar primary key, sess ${column} not null, expire timestamp(6) not null)`)
      })
      const raw = async (id: string): Promise<[unknown, unknown]> => {
        const { rows } = await pool.query(`select sess::text as text, extract(epoch from expire) as expiry from ${table} where sid = $1`, [
          id,
        ])
        return [rows[0]?.text, rows[0]?.expiry]
      }

      describe('on a clock', () => {
        const clock = useClock()
        storeContract(title, {
          make: () => atomicPostgres(make(options)),
          has: ['compareAndSet', 'update'],
          lacks: ['all', 'length', 'clear'],
          wait: clock.turn,
        })
      })

      for (const [which, given] of Object.entries({ 'by default': {}, 'with a ttl': { ttl: 100 } })) {
        sharing(`${title} ${which}`, {
          plain: () => make({ ...options, ...given }),
          atomic: () => atomicPostgres(make({ ...options, ...given })),
          raw,
        })
      }
    })
  }

  describe('with a table that the store creates', () => {
    const tableName = TABLE
    const options = { pool, schemaName: SCHEMA, tableName, createTableIfMissing: true } as const
    const table = `"${SCHEMA}"."${tableName}"`

    abilities(() => latest({ pool }), atomicPostgres)

    it('waits until the store has created it', async () => {
      const store = atomicPostgres(latest(options))
      expect((await promised(store).compareAndSet('a', { n: 1 }, null)).ok).to.equal(true)
      expect((await promised(store).get('a'))?.n).to.equal(1)
    })

    it('begins to prune at the first read, as the store does', async () => {
      const store = atomicPostgres(latest({ ...options, pruneSessionInterval: 60 })) as AnyStore & { pruneTimer?: object; close(): void }
      expect(store.pruneTimer).to.equal(undefined)
      await promised(store).get('a')
      expect(store.pruneTimer).to.be.an('object')
      store.close()
    })

    it('refuses a write that waited for another transaction', async () => {
      const store = promised(atomicPostgres(latest(options)))
      await store.set('b', { n: 1 })
      const version = await store.version('b')
      const other = await pool.connect()
      await other.query('begin')
      await other.query(`update ${table} set sess = '{"n":2,"cookie":{}}' where sid = 'b'`)
      const waiting = store.compareAndSet('b', { n: 3 }, version)
      await other.query('commit')
      other.release()
      expect(await waiting).to.deep.equal({ ok: false })
      expect((await store.get('b'))?.n).to.equal(2)
    })

    it('destroys a record that cannot be read, as the store does', async () => {
      await pool.query(`create table "${SCHEMA}".texts (sid varchar primary key, sess text not null, expire timestamp(6) not null)`)
      await pool.query(`insert into "${SCHEMA}".texts values ('a', '{', now() + interval '1 hour')`)
      const store = promised(atomicPostgres(latest({ pool, schemaName: SCHEMA, tableName: 'texts' })))
      expect(await store.get('a')).to.equal(undefined)
      expect((await pool.query(`select from "${SCHEMA}".texts`)).rowCount).to.equal(0)
    })

    it('calls back with the error of the database in each method', async () => {
      const store = atomicPostgres(latest({ pool, schemaName: SCHEMA, tableName: 'nowhere' }))
      expect(await codesOf(store)).to.deep.equal(Array(4).fill('42P01'))
    })
  })
})
