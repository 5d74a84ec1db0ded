import { expect } from 'chai'
import { createHash } from 'node:crypto'
import type { SessionData } from '../../../lib'
import type { SqliteDatabase } from '../../../lib/sqlite'
import { DeferredTouches } from '../../../lib/stores/sqlite/deferred-touches'
import { withoutCheckpoint, type Checkpoint } from '../../../lib/stores/sqlite/checkpoint'
import { Pruner } from '../../../lib/stores/sqlite/pruner'
import { SqliteRecords, type Pruned } from '../../../lib/stores/sqlite/records'
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

  it('that is deferred survives a write of another process that keeps the end, such as of a request without activity', async () => {
    const database = sqlite.openWal()
    const [store, other] = [sqlite.store({ database }), sqlite.store()]
    await store.set('a', record())
    await store.get('a')
    await store.touch('a', record(5 * MINUTE))
    const passive = await new Promise<[SessionData, unknown]>(resolve =>
      other.get('a', (_err, found, version) => resolve([found as SessionData, version])),
    )
    expect((await other.compareAndSet('a', passive[0], passive[1] as number)).ok).to.equal(true)
    expect((await store.get('a'))?.cookie.expires).to.equal(new Date(Date.now() + 5 * MINUTE).toISOString())
    await store.all()
    expect(left(database)).to.equal(5 * MINUTE)
  })

  for (const id of ['"a"', 'a\0b', 'a\ud800', '🍪']) {
    it(`that is deferred is written for the ID ${JSON.stringify(id)}`, async () => {
      const database = sqlite.openWal()
      const store = sqlite.store({ database })
      await store.set(id, record())
      await store.get(id)
      await store.touch(id, record(2 * MINUTE))
      await store.all()
      const { expires } = database.prepare('SELECT expires FROM sessions').get() as { expires: number }
      expect(expires - Date.now()).to.equal(2 * MINUTE)
    })
  }

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

  it('that is deferred is written with at most 49 others, so that requests are served in between', async () => {
    const database = sqlite.openWal()
    const store = sqlite.store({ database })
    for (let n = 0; n < 120; n++) await store.set(`${n}`, record())
    const touches = new DeferredTouches(database, statementsFor(database, 'sessions'))
    const rows = database.prepare('SELECT id, version FROM sessions').all() as { id: string; version: number }[]
    for (const { id, version } of rows) touches.add(id, version, clock.now() + 2 * MINUTE)
    const moved = (): number =>
      (database.prepare('SELECT count(*) AS n FROM sessions WHERE expires > ?').get(clock.now() + MINUTE) as { n: number }).n
    const counts = [1, 2, 3].map(() => (touches.write(), moved()))
    touches.stop()
    expect(counts).to.deep.equal([50, 100, 120])
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

  /** A pruner of endless expired rows. */
  function endless({ took = 0, pages = 48, left = 0, part = 1 } = {}) {
    const asked: (number | string)[] = []
    const { now } = performance
    const facts = { took, pages, left }
    const prune = (_from: string, most: number, mostRemoved: number): Pruned => {
      const rows = Math.min(most, Math.round(mostRemoved / part))
      asked.push(rows)
      performance.now = () => facts.took
      return { next: 'a', removed: rows * part }
    }
    const checkpoint = (): Checkpoint => {
      asked.push('checkpoint')
      return { copied: facts.pages, left: facts.left }
    }
    const pruner = new Pruner({ prune, checkpoint }, MINUTE)
    pruner.stop()
    const step = (): boolean => {
      performance.now = () => 0
      try {
        return pruner.step()
      } finally {
        performance.now = now
      }
    }
    return { asked, facts, step } as const
  }

  it('are removed in steps whose rows follow from the time that they take', () => {
    const { asked, facts, step } = endless({ pages: 1, part: 1e-9 })
    for (const ms of [2.1, 2.1, 0.9, 0.9, 1, 2, 0.1, 0.1, 0.1, 0.1, 9, 9, 9, 9, 9, 9]) {
      facts.took = ms
      expect(step()).to.equal(true)
    }
    expect(asked).to.deep.equal([64, 32, 16, 32, 64, 64, 64, 128, 256, 512, 512, 256, 128, 64, 32, 16])
  })

  it('are followed by a checkpoint, as often as its pages allow', () => {
    const { asked, facts, step } = endless({ took: 1 })
    for (const pages of [48, 65, 65, 65, 64, 31, 31, 31]) {
      facts.pages = pages
      do step()
      while (asked.at(-1) !== 'checkpoint')
    }
    const rows = asked.join(' ').split(' checkpoint')
    expect(rows.map(text => text.trim())).to.deep.equal(['64', '64', '32', '16', '16', '16', '32', '64', ''])
  })

  /** The time does not count: each step takes none. */
  function steps(records: SqliteRecords): { rows: number; pages: number }[] {
    const done: { rows: number; pages: number }[] = []
    const prune = (from: string, most: number, mostRemoved: number): Pruned => {
      const before = records.length()
      const pruned = records.prune(from, most, mostRemoved)
      expect(records.length()).to.equal(before)
      done.push({ rows: pruned.removed, pages: 0 })
      expect(pruned.removed).to.be.at.most(Math.min(most, mostRemoved))
      return pruned
    }
    const checkpoint = (): Checkpoint => {
      const made = records.checkpoint()
      ;(done.at(-1) as { pages: number }).pages = made.copied
      return made
    }
    const { now } = performance
    performance.now = () => 0
    const pruner = new Pruner({ prune, checkpoint }, MINUTE)
    try {
      while (pruner.step());
    } finally {
      performance.now = now
      pruner.stop()
    }
    return done
  }

  for (const [what, length] of Object.entries({ short: 10, long: 800, 'longer than a page': 9_000 })) {
    it(`are removed in steps of at most 512 rows and 128 pages, if the sessions are ${what}`, function () {
      this.timeout(20_000)
      const database = sqlite.openWal()
      const records = new SqliteRecords(database, (sqlite.store({ database }), 'sessions'), MINUTE)
      const json = JSON.stringify({ data: 'x'.repeat(length) })
      database.exec('BEGIN')
      // In the order of their keys, every tenth one lives on
      for (let n = 0; n < 3000; n++)
        records.set(createHash('sha256').update(`${n}`).digest('base64url'), { json, expires: clock.now() + (n % 10 ? n : MINUTE) })
      database.exec('COMMIT; PRAGMA wal_checkpoint(TRUNCATE)')
      clock.turn(3000)
      const done = steps(records)
      expect(done.reduce((sum, { rows }) => sum + rows, 0)).to.equal(2700)
      expect(records.length()).to.equal(300)
      expect(Math.max(...done.map(({ rows }) => rows))).to.be.within(length > 1000 ? 8 : 100, 512)
      expect(Math.max(...done.map(({ pages }) => pages))).to.be.within(8, 128)
    })
  }

  it('are removed in the order of their IDs, and others stay', () => {
    const database = sqlite.openWal()
    const records = new SqliteRecords(database, (sqlite.store({ database }), 'sessions'), MINUTE)
    for (const [id, ms] of Object.entries({ '': 1, a: MINUTE, b: 1, c: 2, d: MINUTE, e: 2 })) {
      records.set(id, { json: '{}', expires: Date.now() + ms })
    }
    const ids = (): string => (database.prepare('SELECT id FROM sessions ORDER BY id').all() as { id: string }[]).map(({ id }) => id).join()
    clock.turn(1)
    expect([records.prune('', 3), ids()]).to.deep.equal([{ next: 'b', removed: 2 }, 'a,c,d,e'])
    clock.turn(1)
    expect([records.prune('b', 2), ids()]).to.deep.equal([{ next: 'd', removed: 1 }, 'a,d,e'])
    expect([records.prune('d', 3), ids()]).to.deep.equal([{ next: undefined, removed: 1 }, 'a,d'])
    expect([records.prune('', 3), ids()]).to.deep.equal([{ next: undefined, removed: 0 }, 'a,d'])
  })

  it('are not removed further while another connection keeps a thousand pages in the WAL', () => {
    const { facts, step } = endless({ left: 1000 })
    expect([step(), step()]).to.deep.equal([true, true])
    facts.left = 1001
    expect([step(), step()]).to.deep.equal([true, false])
  })

  it('stay in the WAL until other connections have ended their read transactions', () => {
    const [database, other] = [sqlite.openWal(), sqlite.openWal()]
    const records = new SqliteRecords(database, (sqlite.store({ database }), 'sessions'), MINUTE)
    for (const id of ['a', 'b']) records.set(id, { json: '{}', expires: Date.now() + 1 })
    clock.turn(1)
    records.checkpoint()
    other.exec('BEGIN')
    other.prepare('SELECT count(*) FROM sessions').get()
    records.prune('', 9)
    expect(records.checkpoint().left).to.be.above(0)
    expect(other.prepare('SELECT count(*) AS n FROM sessions').get()).to.include({ n: 2 })
    other.exec('COMMIT')
    expect(records.checkpoint().left).to.equal(0)
  })

  it('are removed in parts if a step finds too many', () => {
    const records = new SqliteRecords(sqlite.openWal(), (sqlite.store(), 'sessions'), MINUTE)
    for (const id of 'abcd') records.set(id, { json: '{}', expires: Date.now() - 1 })
    expect(records.prune('', 9, 3)).to.deep.equal({ next: 'c', removed: 3 })
    expect(records.prune('c', 9, 3)).to.deep.equal({ next: undefined, removed: 1 })
  })

  it('are looked for without a write', () => {
    const database = sqlite.openWal()
    const records = new SqliteRecords(database, (sqlite.store({ database }), 'sessions'), MINUTE)
    records.set('a', { json: '{}', expires: Date.now() + 1 })
    database.exec('PRAGMA query_only = 1')
    expect(records.prune('', 9)).to.deep.equal({ next: undefined, removed: 0 })
    clock.turn(1)
    expect(() => records.prune('', 9)).to.throw('readonly')
  })

  for (const usual of [1000, 20, 0]) {
    it(`are removed without a checkpoint in the same step, if the app has set wal_autocheckpoint to ${usual}`, () => {
      const database = sqlite.openWal()
      database.exec(`PRAGMA wal_autocheckpoint = ${usual}`)
      const pages = (): unknown => Object.values(database.prepare('PRAGMA wal_autocheckpoint').get() as object)[0]
      expect([withoutCheckpoint(database, pages), pages()]).to.deep.equal([0, usual])
      const fail = (): never => {
        throw new Error('disk full')
      }
      expect(() => withoutCheckpoint(database, fail)).to.throw('disk full')
      expect(pages()).to.equal(usual)
    })
  }

  it('are removed by a timer: at once after a step, soon after a locked database, else after the interval', () => {
    const { setTimeout } = globalThis
    const delays: number[] = []
    let next = (): void => {}
    globalThis.setTimeout = ((act: () => void, ms: number) => {
      delays.push(ms)
      next = act
      return { unref: () => undefined }
    }) as never
    const steps = [
      { next: 'a', removed: 1 },
      Object.assign(new Error('database is locked'), { errcode: 5 }),
      new Error('disk full'),
      { next: undefined, removed: 0 },
    ]
    const prune = (): Pruned => {
      const step = steps.shift() as Pruned | Error
      if (step instanceof Error) throw step
      return step
    }
    let checks = 0
    try {
      new Pruner({ prune, checkpoint: () => ({ copied: 48, left: 0 }) }, MINUTE, () => checks++)
      expect(delays.splice(0)[0]).to.be.within(MINUTE / 2, MINUTE)
      for (let time = 0; time < 5; time++) next()
    } finally {
      globalThis.setTimeout = setTimeout
    }
    const [afterStep, locked, full, beforeCheckpoint, end] = delays as [number, number, number, number, number]
    for (const delay of [afterStep, beforeCheckpoint]) expect(delay).to.be.within(10, 1000)
    expect([locked, full, end, checks]).to.deep.equal([100, MINUTE, MINUTE, 1])
  })

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
