import { expect } from 'chai'
import type { SessionData } from '../../../lib'
import type { SqliteDatabase } from '../../../lib/sqlite'
import { DeferredTouches } from '../../../lib/stores/sqlite/deferred-touches'
import { withSmallCheckpoints } from '../../../lib/stores/sqlite/database'
import { Pruner } from '../../../lib/stores/sqlite/pruner'
import { SqliteRecords } from '../../../lib/stores/sqlite/records'
import { statementsFor } from '../../../lib/stores/sqlite/statements'
import { useClock } from '../../support/clock'
import { useSqlite } from '../../support/sqlite'

const MINUTE = 60_000

describe('SqliteStore: a touch', () => {
  const clock = useClock()
  const sqlite = useSqlite()

  function record(maxAge = MINUTE): SessionData {
    return { cookie: { originalMaxAge: maxAge, expires: new Date(Date.now() + maxAge) }, n: 1 } as never
  }

  const rowOf = (database: SqliteDatabase): { version: number; expires: number } =>
    database.prepare("SELECT version, expires FROM sessions WHERE id = 'a'").get() as never
  const left = (database: SqliteDatabase): number => rowOf(database).expires - Date.now()

  it('after a read is written later, with others, and takes effect at once', async () => {
    const database = sqlite.openWal()
    const store = sqlite.store({ database })
    await store.set('a', record())
    const { version } = rowOf(database)
    await store.get('a')
    await store.touch('a', record(2 * MINUTE))
    expect(left(database)).to.equal(MINUTE)
    expect((await store.get('a'))?.cookie.expires).to.equal(new Date(Date.now() + 2 * MINUTE).toISOString())
    expect(Object.values(await store.all())[0]?.cookie.expires).to.equal(new Date(Date.now() + 2 * MINUTE).toISOString())
    expect([left(database), rowOf(database).version]).to.deep.equal([2 * MINUTE, version])
  })

  it('that is deferred is written when the store is closed', async () => {
    const database = sqlite.openWal()
    const store = sqlite.store({ database })
    await store.set('a', record())
    await store.get('a')
    await store.touch('a', record(2 * MINUTE))
    store.close()
    expect(left(database)).to.equal(2 * MINUTE)
  })

  for (const [what, { maxAge, next, reads }] of Object.entries({
    'of a session that was not read': { maxAge: MINUTE, next: 2 * MINUTE, reads: false },
    'of a session that ends soon, so that no other process loses it': { maxAge: 10_000, next: MINUTE, reads: true },
    'that shortens a session': { maxAge: MINUTE, next: 30_000, reads: true },
  })) {
    it(`${what} is written at once`, async () => {
      const database = sqlite.openWal()
      const store = sqlite.store({ database })
      await store.set('a', record(maxAge))
      if (reads) await store.get('a')
      await store.touch('a', record(next))
      expect(left(database)).to.equal(next)
    })
  }

  it('that is deferred is dropped if the session is written, by this or another process', async () => {
    const database = sqlite.openWal()
    const [store, other] = [sqlite.store({ database }), sqlite.store()]
    for (const writer of [store, other]) {
      await store.set('a', record())
      await store.get('a')
      await store.touch('a', record(5 * MINUTE))
      await writer.set('a', record(30_000))
      await store.all()
      expect(left(database)).to.equal(30_000)
    }
  })

  it('that is deferred does not restore a destroyed session', async () => {
    const [store, other] = [sqlite.store(), sqlite.store()]
    await store.set('a', record())
    await store.get('a')
    await store.touch('a', record(5 * MINUTE))
    await other.destroy('a')
    await store.all()
    expect(await store.get('a')).to.equal(undefined)
  })

  it('that is deferred prevents a conditional write from being refused as expired', async () => {
    const store = sqlite.store()
    await store.set('a', record())
    const version = await new Promise<unknown>(resolve => store.get('a', (_err, _record, version) => resolve(version)))
    await store.touch('a', record(5 * MINUTE))
    clock.turn(2 * MINUTE)
    expect((await store.compareAndSet('a', record(), version as number)).ok).to.equal(true)
  })

  it('that is deferred does not join a transaction of the app', async function () {
    const database = sqlite.openWal()
    const store = sqlite.store({ database })
    await store.set('a', record())
    const touches = new DeferredTouches(database, statementsFor(database, 'sessions'))
    touches.add('a', rowOf(database).version, Date.now() + 2 * MINUTE)
    database.exec('BEGIN')
    touches.write()
    database.exec('ROLLBACK')
    touches.write()
    touches.stop()
    expect(left(database)).to.equal(2 * MINUTE)
  })

  it('that could not be written later makes the next ones report why', async () => {
    const database = sqlite.openWal()
    const store = sqlite.store({ database })
    await store.set('a', record())
    database.exec('PRAGMA query_only = 1')
    const touches = new DeferredTouches(database, statementsFor(database, 'sessions'))
    expect(touches.add('a', 1, Date.now() + MINUTE)).to.equal(true)
    touches.write()
    expect(touches.add('a', 1, Date.now() + MINUTE)).to.equal(false)
    database.exec('PRAGMA query_only = 0')
    touches.write()
    expect(touches.add('a', 1, Date.now() + MINUTE)).to.equal(true)
    touches.stop()
  })
})

describe('SqliteStore: expired sessions', () => {
  const clock = useClock()
  const sqlite = useSqlite()

  it('are removed in batches whose size follows from the time that they take', () => {
    let took = 0
    const { now } = performance
    const asked: number[] = []
    const pruner = new Pruner({ prune: most => asked.push(most) && ((performance.now = () => took), most) }, MINUTE)
    try {
      for (const ms of [5, 5, 0.5, 0.5, 1.5, 0.1, 0.1, 0.1, 0.1, 0.1, 9, 9, 9, 9, 9, 9, 9, 9]) {
        took = 0
        performance.now = () => 0
        took = ms
        pruner.pruneBatch()
      }
    } finally {
      performance.now = now
      pruner.stop()
    }
    expect(asked).to.deep.equal([64, 32, 16, 32, 64, 64, 128, 256, 512, 512, 512, 256, 128, 64, 32, 16, 8, 8])
  })

  it('are removed, the oldest first, and others stay', async () => {
    const database = sqlite.openWal()
    const records = new SqliteRecords(database, (sqlite.store({ database }), 'sessions'), MINUTE)
    for (const [n, id] of ['c', 'a', 'b', 'd'].entries()) records.set(id, { json: '{}', expires: Date.now() + n })
    const ids = (): unknown[] => (database.prepare('SELECT id FROM sessions ORDER BY id').all() as { id: string }[]).map(({ id }) => id)
    clock.turn(2)
    expect([records.prune(2), ids()]).to.deep.equal([2, ['b', 'd']])
    expect([records.prune(2), ids()]).to.deep.equal([1, ['d']])
  })

  for (const [usual, during] of [
    [1000, 100],
    [250, 100],
    [100, 100],
    [20, 20],
    [0, 0],
  ] as const) {
    it(`are removed with a checkpoint after ${during} pages, if the app has set ${usual}`, () => {
      const database = sqlite.openWal()
      database.exec(`PRAGMA wal_autocheckpoint = ${usual}`)
      const pages = (): unknown => Object.values(database.prepare('PRAGMA wal_autocheckpoint').get() as object)[0]
      expect([withSmallCheckpoints(database, pages), pages()]).to.deep.equal([during, usual])
      const fail = (): never => {
        throw new Error('disk full')
      }
      expect(() => withSmallCheckpoints(database, fail)).to.throw('disk full')
      expect(pages()).to.equal(usual)
    })
  }

  it('do not keep the process running', async () => {
    const database = sqlite.openWal()
    sqlite.store({ database, pruneInterval: 1 })
    const timers = process.getActiveResourcesInfo().filter(name => name === 'Timeout')
    expect(timers).to.deep.equal([])
  })

  it('are removed by the timer', async () => {
    const database = sqlite.openWal()
    const store = sqlite.store({ database, pruneInterval: 1 })
    await store.set('a', { cookie: { expires: new Date(Date.now() + 1) } } as never)
    clock.turn(1)
    const rows = (): number => (database.prepare('SELECT count(*) AS n FROM sessions').get() as { n: number }).n
    while (rows() > 0) await new Promise(resolve => setTimeout(resolve, 1))
  })
})
