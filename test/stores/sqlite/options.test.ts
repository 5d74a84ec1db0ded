import { expect } from 'chai'
import { existsSync } from 'node:fs'
import session = require('../../../lib')
import { SqliteStore, type SqliteStoreOptions } from '../../../lib/sqlite'
import { count } from '../../support/handlers'
import { Site } from '../../support/site'
import { hasNodeSqlite, openDatabase, useSqlite } from '../../support/sqlite'

/** Invalid options, and the message for each. */
const REFUSED: Record<string, { options: unknown; says: string }> = {
  'no options': { options: undefined, says: "SqliteStore needs a file or a database; write new SqliteStore({ file: 'sessions.db' })" },
  'neither file nor database': { options: { filename: 'x' }, says: 'SqliteStore needs a file or a database' },
  'both file and database': { options: { file: 'x', database: {} }, says: 'SqliteStore takes file or database, not both' },
  'an empty file': { options: { file: '' }, says: "file option must be a path, not an empty string; write 'sessions.db'" },
  'a path for a database': {
    options: { database: 'x' },
    says: 'database option must be a DatabaseSync of node:sqlite or a Database of better-sqlite3, not the string "x"',
  },
  'the table of versions': {
    options: { table: 'Resession_Schema' },
    says: 'table option must be the name of a table, not the string "Resession_Schema"',
  },
  'a table of SQLite': { options: { table: 'sqlite_x' }, says: 'table option must be the name of a table, not the string "sqlite_x"' },
  'an empty table': { options: { table: '' }, says: 'table option must be the name of a table, not an empty string' },
  'a ttl of 0': { options: { ttl: 0 }, says: 'ttl option must be a number of milliseconds, not the number 0; write 86_400_000 for a day' },
  'a pruneInterval of text': {
    options: { pruneInterval: '1h' },
    says: 'pruneInterval option must be a number of milliseconds, or false, not the string "1h"',
  },
  'a pruneInterval longer than timers are': {
    options: { pruneInterval: 2 ** 31 },
    says: 'pruneInterval option must be a number of milliseconds',
  },
  'another synchronous': { options: { synchronous: 'OFF' }, says: "synchronous option must be 'NORMAL' or 'FULL', not the string \"OFF\"" },
  'a misspelled option': { options: { synchronus: 'FULL' }, says: 'SqliteStore has no synchronus option; write synchronous' },
  'an option of another store': {
    options: { createTable: true },
    says: 'SqliteStore has no createTable option; its options are file, database, table, ttl, synchronous, pruneInterval',
  },
  'synchronous with a database': { options: { synchronous: 'FULL' }, says: 'synchronous option must be used with file' },
}

/** Refused together with a database. */
const WITH_DATABASE = ['table', 'ttl', 'pruneInterval', 'synchronous', 'synchronus', 'createTable']

describe('SqliteStore: options', () => {
  const sqlite = useSqlite()

  for (const [what, { options, says }] of Object.entries(REFUSED)) {
    it(`refuse ${what}`, () => {
      const isPart = WITH_DATABASE.includes(Object.keys(options ?? {})[0] ?? '')
      const given = isPart ? { ...(options as object), database: sqlite.open() } : options
      expect(() => new SqliteStore(given as SqliteStoreOptions)).to.throw(TypeError, says)
    })
  }

  it('make a store that extends session.Store', () => {
    const store = sqlite.store()
    expect([store instanceof session.Store, store.constructor.name]).to.deep.equal([true, 'SqliteStore'])
    expect(
      ['get', 'set', 'destroy', 'touch', 'all', 'length', 'clear', 'compareAndSet'].map(
        name => (store[name as 'get'] as () => void).length,
      ),
    ).to.deep.equal([2, 3, 2, 3, 1, 1, 1, 4])
  })

  it('do not change the settings of a database of the app', () => {
    const database = sqlite.open()
    const settings = (): unknown[] =>
      ['journal_mode', 'synchronous', 'busy_timeout'].map(name => ({ ...(database.prepare(`PRAGMA ${name}`).get() as object) }))
    const before = settings()
    sqlite.store({ database })
    expect(settings()).to.deep.equal(before)
  })

  it('refuse a database whose rows are arrays', () => {
    const database = { exec: () => {}, close: () => {}, prepare: () => ({ get: () => [1] }) }
    expect(() => new SqliteStore({ database: database as never })).to.throw(
      TypeError,
      'database option must return rows as objects; open it without returnArrays',
    )
  })

  if (!hasNodeSqlite) {
    it('name the alternatives if node:sqlite is missing', () => {
      expect(() => new SqliteStore({ file: sqlite.path() }))
        .to.throw(
          `SqliteStore: file option needs node:sqlite, which Node ${process.versions.node} does not have; use Node 22.13 or later, ` +
            "or npm install better-sqlite3 and write new SqliteStore({ database: new Database('sessions.db') })",
        )
        .with.property('code', 'ERR_STORE_NO_SQLITE')
      expect(existsSync(sqlite.path())).to.equal(false)
    })
    return
  }

  for (const [synchronous, number] of [
    [undefined, 1],
    ['NORMAL', 1],
    ['FULL', 2],
  ] as const) {
    it(`open a file in WAL mode, synchronous ${synchronous ?? 'by default'}`, () => {
      let seen: unknown
      const { DatabaseSync } = process.getBuiltinModule('node:sqlite') as { DatabaseSync: { prototype: { close(): void } } }
      const { close } = DatabaseSync.prototype
      DatabaseSync.prototype.close = function (this: ReturnType<typeof openDatabase>) {
        const names = ['journal_mode', 'synchronous', 'busy_timeout', 'wal_autocheckpoint', 'journal_size_limit']
        seen = names.map(name => Object.values(this.prepare(`PRAGMA ${name}`).get() as object)[0])
        close.call(this)
      }
      try {
        new SqliteStore({ file: sqlite.path(), synchronous }).close()
      } finally {
        DatabaseSync.prototype.close = close
      }
      expect(seen).to.deep.equal(['wal', number, 10, 160, 16_777_216])
    })
  }

  it('name a file whose folder does not exist', () => {
    const file = sqlite.path('none/sessions.db')
    expect(() => new SqliteStore({ file }))
      .to.throw(`SqliteStore: ${file} cannot be opened: does its folder exist, and may this process write to it?`)
      .with.property('code', 'ERR_STORE_OPEN')
  })

  it('open a file whose sessions a restart does not lose', async () => {
    const serve = (): { store: SqliteStore; site: Site } => {
      const store = sqlite.store({ file: sqlite.path() })
      return { store, site: new Site({ store }, count) }
    }
    const before = serve()
    const visitor = before.site.visitor()
    await visitor.get()
    before.store.close()
    const again = serve().site.visitor()
    again.cookie = visitor.cookie
    expect((await again.get()).text).to.equal('2')
  })
})
