import { expect } from 'chai'
import { SqliteStore } from '../../../lib/sqlite'
import type { SessionData } from '../../../lib'
import { prepareSchema } from '../../../lib/stores/sqlite/schema'
import { useSqlite } from '../../support/sqlite'

const session = { cookie: { originalMaxAge: null }, n: 1 } as unknown as SessionData

describe('SqliteStore: the schema', () => {
  const sqlite = useSqlite()

  it('does not change user_version and the tables of the app', async () => {
    const database = sqlite.openWal()
    database.exec('CREATE TABLE users (id INTEGER PRIMARY KEY); PRAGMA user_version = 42')
    await sqlite.store({ database }).set('a', session)
    expect(database.prepare('PRAGMA user_version').get()).to.include({ user_version: 42 })
    const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").all() as { name: string }[]
    expect(tables.map(({ name }) => name)).to.deep.equal(['resession_schema', 'sessions', 'users'])
  })

  it('finds rows by the primary key, and has no rowid', () => {
    const database = sqlite.openWal()
    sqlite.store({ database })
    const plan = (sql: string): string =>
      (database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all() as { detail: string }[]).map(({ detail }) => detail).join('; ')
    expect(plan("SELECT session FROM sessions WHERE id = 'a'")).to.equal('SEARCH sessions USING PRIMARY KEY (id=?)')
    expect(plan("SELECT id, expires FROM sessions WHERE id >= 'a' ORDER BY id LIMIT 9")).to.equal(
      'SEARCH sessions USING PRIMARY KEY (id>?)',
    )
    expect(plan("DELETE FROM sessions WHERE id BETWEEN 'a' AND 'b' AND expires <= 1")).to.equal(
      'SEARCH sessions USING PRIMARY KEY (id>? AND id<?)',
    )
    expect(() => database.prepare('SELECT rowid FROM sessions')).to.throw('rowid')
  })

  it('allows several stores with different tables in one file', async () => {
    const database = sqlite.openWal()
    const stores = ['sessions', 'Admin "sessions"'].map(table => sqlite.store({ database, table }))
    for (const [n, store] of stores.entries()) await store.set('a', { ...session, n } as never)
    for (const [n, store] of stores.entries()) expect([await store.get('a'), await store.length()]).to.deep.equal([{ ...session, n }, 1])
  })

  it('is reused by the next store, also with another case of the name', async () => {
    await sqlite.store().set('a', session)
    for (const table of ['sessions', 'Sessions']) expect(await sqlite.store({ table }).get('a')).to.include({ n: 1 })
  })

  it('is created again if the table was dropped', async () => {
    const database = sqlite.openWal()
    sqlite.store({ database })
    database.exec('DROP TABLE sessions')
    await sqlite.store({ database }).set('a', session)
  })

  it('of a later version is refused, and nothing is changed', async () => {
    const database = sqlite.openWal()
    await sqlite.store({ database }).set('a', session)
    database.exec('UPDATE resession_schema SET version = 9')
    expect(() => sqlite.store({ database }))
      .to.throw('the table "sessions" has version 9 of the schema, and this version of resession knows 1; update resession')
      .with.property('code', 'ERR_STORE_SCHEMA')
    expect(database.prepare('SELECT count(*) AS n FROM sessions').get()).to.include({ n: 1 })
  })

  it('is refused if the table belongs to another store, whose sessions are kept', () => {
    const database = sqlite.openWal()
    // The table of connect-sqlite3
    database.exec("CREATE TABLE sessions (sid PRIMARY KEY, expired, sess); INSERT INTO sessions VALUES ('a', 1, '{}')")
    expect(() => sqlite.store({ database }))
      .to.throw('the database has a table "sessions" of another kind; write another name in the table option')
      .with.property('code', 'ERR_STORE_SCHEMA')
    expect(database.prepare('SELECT count(*) AS n FROM sessions').get()).to.include({ n: 1 })
    sqlite.store({ database, table: 'resession' })
  })

  describe('migrations', () => {
    const steps = [
      (table: string) => `CREATE TABLE ${table} (id TEXT)`,
      (table: string) => `ALTER TABLE ${table} ADD COLUMN added TEXT`,
      (table: string) => `UPDATE ${table} SET added = 'by a step'`,
    ]

    it('run the steps that a table lacks, once', () => {
      const database = sqlite.openWal()
      prepareSchema(database, 'sessions', steps.slice(0, 1))
      database.exec("INSERT INTO sessions VALUES ('a')")
      for (let time = 0; time < 2; time++) prepareSchema(database, 'sessions', steps)
      expect(database.prepare('SELECT * FROM sessions').get()).to.include({ id: 'a', added: 'by a step' })
    })

    it('change nothing if a step fails', () => {
      const database = sqlite.openWal()
      prepareSchema(database, 'sessions', steps.slice(0, 1))
      expect(() => prepareSchema(database, 'sessions', [...steps.slice(0, 2), () => 'no SQL'])).to.throw('syntax')
      expect(() => database.prepare('SELECT added FROM sessions')).to.throw('added')
      prepareSchema(database, 'sessions', steps)
    })
  })

  it('is created by the first of several stores', async () => {
    const stores = [sqlite.openWal(), sqlite.openWal()].map(database => new SqliteStore({ database }))
    await stores[0]?.set('a', session)
    expect(await stores[1]?.get('a')).to.include({ n: 1 })
  })
})
