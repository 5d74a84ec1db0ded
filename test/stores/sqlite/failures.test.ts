import { expect } from 'chai'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { SessionData } from '../../../lib'
import { clientFor } from '../../../lib/core/store/store-clients'
import { SqliteStore, type SqliteDatabase } from '../../../lib/sqlite'
import { isInTransaction } from '../../../lib/stores/sqlite/database'
import { SqliteRecords } from '../../../lib/stores/sqlite/records'
import { FileWatch } from '../../../lib/stores/sqlite/file-watch'
import { count } from '../../support/handlers'
import { Site } from '../../support/site'
import { useSqlite } from '../../support/sqlite'
import { useWarnings } from '../../support/warnings'

function record(n: unknown): SessionData {
  return { cookie: { originalMaxAge: 60_000, expires: new Date(Date.now() + 60_000) }, n } as never
}

/** The error that a promise is rejected with. */
async function failure(promise: Promise<unknown>): Promise<{ code?: string; message?: string; status?: number; cause?: unknown }> {
  return promise.then(
    () => ({}),
    (err: object) => err,
  )
}

function thrown(act: () => unknown): { code?: string; message?: string } {
  try {
    act()
    return {}
  } catch (err) {
    return err as object
  }
}

const later = (): Promise<void> => new Promise(resolve => setTimeout(resolve, 0))

/** Each method, called with a promise. */
function calls(store: SqliteStore): Record<string, Promise<unknown>> {
  return {
    get: store.get('a'),
    set: store.set('a', record(2)),
    touch: store.touch('a', record(2)),
    destroy: store.destroy('a'),
    compareAndSet: store.compareAndSet('a', record(2), null),
    all: store.all(),
    length: store.length(),
    clear: store.clear(),
  }
}

describe('SqliteStore: a locked database', () => {
  const sqlite = useSqlite()
  const { now } = performance
  afterEach(() => {
    performance.now = now
  })

  let other: SqliteDatabase
  let store: SqliteStore
  beforeEach(async () => {
    store = sqlite.store()
    await store.set('a', record(1))
    other = sqlite.openWal()
    other.exec('BEGIN IMMEDIATE')
  })

  it('is waited for without blocking the event loop, and writes follow in their order', async () => {
    const done: string[] = []
    const writes = [2, 3, 4].map(async n => store.set('a', record(n)).then(() => done.push(`set ${n}`)))
    writes.push(store.destroy('b').then(() => done.push('destroy')))
    await later()
    expect(done).to.deep.equal([])
    other.exec('COMMIT')
    await Promise.all(writes)
    expect(done).to.deep.equal(['set 2', 'set 3', 'set 4', 'destroy'])
    expect(await store.get('a')).to.include({ n: 4 })
  })

  it('makes the middleware wait, whose synchronous call fails', async () => {
    const port = clientFor(store)
    const done: unknown[] = []
    const written = new Promise<void>(resolve =>
      port.set('a', record(2) as never, err => {
        done.push(err ?? 'written')
        resolve()
      }),
    )
    const touched = new Promise<void>(resolve => port.touch('a', record(2) as never, () => resolve()))
    expect(done).to.deep.equal([])
    other.exec('COMMIT')
    await Promise.all([written, touched])
    expect(done).to.deep.equal(['written'])
    expect(await store.get('a')).to.include({ n: 2 })
  })

  it('does not prevent reads', async () => {
    expect(await store.get('a')).to.include({ n: 1 })
  })

  it('is an error with status 503 after five seconds, and later writes are tried again', async () => {
    const first = failure(store.set('a', record(2)))
    performance.now = () => now.call(performance) + 5_000
    const second = store.set('a', record(3))
    const { code, status, message } = await first
    expect({ code, status, message }).to.deep.equal({
      code: 'ERR_STORE_BUSY',
      status: 503,
      message: 'SqliteStore: the database is locked by another connection',
    })
    other.exec('COMMIT')
    await second
    expect(await store.get('a')).to.include({ n: 3 })
  })

  it('fails waiting writes if the store is closed', async () => {
    const waiting = failure(store.set('a', record(2)))
    store.close()
    expect((await waiting).code).to.equal('ERR_STORE_CLOSED')
  })

  it('is an error of the constructor', () => {
    other.exec('COMMIT')
    other.exec('BEGIN IMMEDIATE')
    const database = sqlite.open()
    expect(thrown(() => sqlite.store({ database, table: 'others' })).code).to.equal('ERR_STORE_BUSY')
  })
})

describe('SqliteStore: a transaction of the app on its own connection', () => {
  const sqlite = useSqlite()

  it('is not joined: a write waits for its end, and is not rolled back with it', async function () {
    const database = sqlite.openWal()
    const store = sqlite.store({ database })
    database.exec('BEGIN')
    // node:sqlite before 22.16 has no isTransaction
    if (!isInTransaction(database)) return database.exec('COMMIT') as void
    const written = store.set('a', record(1))
    await later()
    database.exec('ROLLBACK')
    await written
    expect(await store.get('a')).to.include({ n: 1 })
  })

  it('is not joined by the removal of expired sessions', function () {
    const database = sqlite.openWal()
    sqlite.store({ database })
    const records = new SqliteRecords(database, 'sessions', 1)
    database.exec('BEGIN')
    if (!isInTransaction(database)) return database.exec('COMMIT') as void
    expect(thrown(() => records.prune('', 9)).code).to.equal('ERR_STORE_BUSY')
    database.exec('COMMIT')
    expect(records.prune('', 9)).to.deep.equal({ next: undefined, removed: 0 })
  })
})

describe('SqliteStore: a database that cannot be written', () => {
  const sqlite = useSqlite()

  it('is an error with its reason, and stored sessions are kept', async () => {
    const database = sqlite.openWal()
    const store = sqlite.store({ database })
    await store.set('a', record(1))
    database.exec('PRAGMA max_page_count = 1')
    const [large, created] = [record('x'.repeat(100_000)), record('x'.repeat(100_000))]
    for (const promise of [store.set('a', large), store.compareAndSet('b', created, null)]) {
      const { code, message, cause } = await failure(promise)
      expect([code, message]).to.deep.equal([
        'ERR_STORE_FULL',
        'SqliteStore: the database is full: there is no space on the disk, or the file has reached max_page_count',
      ])
      expect(cause).to.be.instanceOf(Error)
    }
    expect(await store.get('a')).to.include({ n: 1 })
    await store.destroy('a')
    database.exec('PRAGMA max_page_count = 1000000')
    await store.set('a', large)
  })

  it('is a response with status 500 and the reason, and the old session is kept', async () => {
    const database = sqlite.openWal()
    const site = new Site({ store: sqlite.store({ database }), saveErrors: 'fail' }, count)
    const visitor = site.visitor()
    await visitor.get()
    database.exec('PRAGMA query_only = 1')
    const res = await visitor.get()
    expect([res.status, (site.errors[0] as { code?: string }).code]).to.deep.equal([500, 'ERR_STORE_READ_ONLY'])
    database.exec('PRAGMA query_only = 0')
    expect((await visitor.get()).text).to.equal('2')
  })

  it('can be read if it is read-only', async () => {
    await sqlite.store().set('a', record(1))
    const store = sqlite.store({ database: sqlite.open({ readOnly: true }) })
    expect(await store.get('a')).to.include({ n: 1 })
    expect((await failure(store.set('a', record(2)))).code).to.equal('ERR_STORE_READ_ONLY')
    expect((await failure(store.destroy('a'))).code).to.equal('ERR_STORE_READ_ONLY')
  })

  it('is an error of the constructor if it is read-only and has no table', () => {
    sqlite.openWal()
    expect(thrown(() => sqlite.store({ database: sqlite.open({ readOnly: true }) })).code).to.equal('ERR_STORE_READ_ONLY')
  })
})

describe('SqliteStore: a damaged file', () => {
  const sqlite = useSqlite()

  it('that is no database is an error of the constructor, and is not changed', () => {
    const text = 'these are not the sessions that you look for '.repeat(100)
    writeFileSync(sqlite.path(), text)
    const { code, message } = thrown(() => sqlite.store({ database: sqlite.open() }))
    expect([code, message]).to.deep.equal([
      'ERR_STORE_CORRUPT',
      'SqliteStore: the database is not a SQLite database: restore a backup, or move it away and restart',
    ])
    expect(readFileSync(sqlite.path(), 'utf8')).to.equal(text)
  })

  it('is an error of each call that reads the damaged part', async () => {
    const before = sqlite.openWal()
    const store = sqlite.store({ database: before })
    for (let n = 0; n < 100; n++) await store.set(`${n}`, record('x'.repeat(200)))
    store.close()
    before.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    before.close()
    const file = readFileSync(sqlite.path())
    // All pages except the first, which has the schema
    writeFileSync(sqlite.path(), file.fill(0xff, 4096 * 4))
    const damaged = sqlite.store({ database: sqlite.open() })
    expect((await failure(damaged.all())).code).to.equal('ERR_STORE_CORRUPT')
  })
})

describe('SqliteStore: a file that is deleted or replaced while it is open', () => {
  const sqlite = useSqlite()
  const warnings = useWarnings()

  it('is a warning, once', async () => {
    writeFileSync(sqlite.path(), '')
    const watch = new FileWatch(sqlite.path())
    watch.check()
    expect(warnings).to.deep.equal([])
    rmSync(sqlite.path())
    for (let time = 0; time < 2; time++) watch.check()
    const what = `SqliteStore: ${sqlite.path()} was deleted or replaced while it is open; restart this process, or it will lose its sessions`
    const message = `${what}. See docs/troubleshooting.md#resession_sqlite_file in the package resession`
    expect(warnings).to.deep.equal([{ code: 'RESESSION_SQLITE_FILE', message }])
  })

  it('is not confused with a file of which the app has left the working directory', () => {
    const before = process.cwd()
    process.chdir(dirname(sqlite.path()))
    try {
      writeFileSync('relative.db', '')
      const watch = new FileWatch('relative.db')
      process.chdir(before)
      watch.check()
    } finally {
      process.chdir(before)
    }
    expect(warnings).to.deep.equal([])
  })
})

describe('SqliteStore: a table that is dropped or changed while the store uses it', () => {
  const sqlite = useSqlite()

  for (const sql of ['DROP TABLE sessions', 'ALTER TABLE sessions RENAME COLUMN session TO text']) {
    it(`is an error with a reason, after ${sql}`, async () => {
      const store = sqlite.store()
      sqlite.openWal().exec(sql)
      for (const [method, call] of Object.entries(calls(store)).filter(([name]) => name === 'get' || name === 'set')) {
        const { code, message } = await failure(call)
        expect([code, message], method).to.deep.equal([
          'ERR_STORE_SCHEMA',
          'SqliteStore: the database has another table now: restart this process',
        ])
      }
    })
  }

  it('is used further if it has one more column', async () => {
    const store = sqlite.store()
    sqlite.openWal().exec('ALTER TABLE sessions ADD COLUMN note TEXT')
    await store.set('a', record(1))
    expect(await store.get('a')).to.include({ n: 1 })
  })
})

describe('SqliteStore: a closed store', () => {
  const sqlite = useSqlite()

  for (const [what, close] of Object.entries({
    'by close': (store: SqliteStore) => store.close(),
    'by Symbol.dispose': (store: SqliteStore) => store[Symbol.dispose](),
    'by the app, which closed its database': (_: SqliteStore, database: SqliteDatabase) => database.close(),
  })) {
    it(`${what} fails each call with ERR_STORE_CLOSED`, async () => {
      const database = sqlite.openWal()
      const store = sqlite.store({ database })
      await store.set('a', record(1))
      close(store, database)
      for (const [method, call] of Object.entries(calls(store))) expect((await failure(call)).code, method).to.equal('ERR_STORE_CLOSED')
    })
  }

  it('fails a pending request, and the server keeps running', async () => {
    const store = sqlite.store()
    const site = new Site({ store, saveErrors: 'fail' }, (req, res) => {
      store.close()
      return count(req, res)
    })
    expect((await site.get()).status).to.equal(500)
    expect((await site.get()).status).to.equal(500)
  })

  it('can be closed again, and leaves the database of the app open', () => {
    const database = sqlite.openWal()
    const store = sqlite.store({ database })
    store.close()
    store.close()
    expect(database.prepare('SELECT count(*) AS n FROM sessions').get()).to.include({ n: 0 })
  })
})
