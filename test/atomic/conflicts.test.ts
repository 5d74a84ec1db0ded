import simple = require('connect-pg-simple')
import { expect } from 'chai'
import mysqlSession = require('express-mysql-session')
import expressSession = require('express-session')
import { randomUUID } from 'node:crypto'
import { createPool } from 'mysql2/promise'
import { Pool } from 'pg'
import { atomicMysql, atomicPostgres } from '../../lib/atomic'
import session = require('../../lib')
import { MARIADB, needsMariadb, needsPostgres, POSTGRES } from '../support/engines'
import { count, data, routes } from '../support/handlers'
import { Site, type Visitor } from '../support/site'
import { useServers } from '../support/wire'
import { promised, type AnyStore } from './store-cases'

const PLACE = `conflicts of ${randomUUID()}`
const REQUESTS = 90

/** Sites with a store each, as in separate processes: concurrent requests meet only in the engine. */
function sites(make: () => AnyStore): { visitors: (cookie: string) => Visitor[]; first: () => Promise<Visitor>; errors: () => unknown[] } {
  const handlers = routes({
    '/': count,
    '/update': async (req, res) => {
      await session.update(req as never, changed => void ((changed as { n?: number }).n = ((changed as { n?: number }).n ?? 0) + 1))
      res.end(String(data(req).n))
    },
    '/leave': (req, res) => req.session.destroy(err => res.end(err ? String(err) : 'left')),
    '/read': (req, res) => res.end(JSON.stringify(data(req).n ?? null)),
  })
  const all = Array.from({ length: 3 }, () => new Site({ store: make() as never, cookie: { maxAge: 60_000 } }, handlers))
  return {
    visitors: cookie => all.map(site => Object.assign(site.visitor(), { cookie })),
    async first() {
      const visitor = (all[0] as Site).visitor()
      await visitor.get()
      return visitor
    },
    errors: () => all.flatMap(({ errors }) => errors),
  }
}

/** Concurrent requests of one session through all sites, which update it, read it and at last destroy it. */
async function meet(make: () => AnyStore): Promise<void> {
  const { visitors, first, errors } = sites(make)
  const { cookie } = await first()
  const all = visitors(cookie)
  const ask = async (path: string): Promise<string[]> =>
    Promise.all(Array.from({ length: REQUESTS }, async (_, i) => (await (all[i % all.length] as Visitor).get(path)).text))
  const numbers = (await Promise.all([ask('/update'), ask('/read')]))[0].map(Number)
  expect(numbers.sort((a, b) => a - b)).to.deep.equal(Array.from({ length: REQUESTS }, (_, i) => i + 1))
  const [left] = await Promise.all([(all[0] as Visitor).get('/leave'), ask('/read')])
  expect(left.text).to.equal('left')
  expect((await (visitors(cookie)[0] as Visitor).get('/read')).text).to.equal('null')
  expect(errors()).to.deep.equal([])
}

describe('atomicPostgres under each isolation level', () => {
  needsPostgres()
  useServers()
  const Store = simple(expressSession)

  for (const level of ['read committed', 'repeatable read', 'serializable']) {
    it(`loses no completed write, and no logout: ${level}`, async () => {
      const options = `-c default_transaction_isolation=${level.replace(' ', '\\ ')}`
      const pool = new Pool({ connectionString: POSTGRES, options, max: 12 })
      const tableName = `${PLACE} ${level}`
      await pool.query(`create table "${tableName}" (sid varchar primary key, sess json not null, expire timestamp(6) not null)`)
      try {
        await meet(() => atomicPostgres(new Store({ pool, tableName, pruneSessionInterval: false }) as never))
      } finally {
        await pool.query(`drop table "${tableName}"`)
        await pool.end()
      }
    }).timeout(60_000)
  }
})

describe('atomicMysql next to transactions that lock rows', () => {
  needsMariadb()
  useServers()
  const Store = mysqlSession(expressSession as never)

  async function withStore(
    act: (make: () => AnyStore, pool: ReturnType<typeof createPool>, table: string) => Promise<void>,
  ): Promise<void> {
    const pool = createPool({ uri: MARIADB, connectionLimit: 12 })
    // In seconds
    pool.on('connection', connection => void connection.query('set innodb_lock_wait_timeout = 1'))
    const tableName = PLACE.slice(0, 60)
    const make = (): AnyStore => atomicMysql(new Store({ clearExpired: false, createDatabaseTable: false, schema: { tableName } } as never, pool as never) as never) // prettier-ignore
    try {
      await pool.query('create table ?? (session_id varchar(128) collate utf8mb4_bin primary key, expires int unsigned, data mediumtext)', [tableName]) // prettier-ignore
      await act(make, pool, tableName)
    } finally {
      await pool.query('drop table if exists ??', [tableName])
      await pool.end()
    }
  }

  it('loses no completed write, and no logout', async () => withStore(meet)).timeout(60_000)

  it('treats a lock wait timeout as a failed comparison', async () => {
    await withStore(async (make, pool, table) => {
      const store = make()
      const ours = promised(store)
      await ours.set('a', { n: 1 })
      const version = await ours.version('a')
      const other = await pool.getConnection()
      await other.query('begin')
      await other.query('update ?? set expires = expires + 1', [table])
      expect(await ours.compareAndSet('a', { n: 2 }, version)).to.deep.equal({ ok: false })
      await other.query('rollback')
      other.release()
      expect((await ours.compareAndSet('a', { n: 2 }, version)).ok).to.equal(true)
    })
  }).timeout(30_000)
})
