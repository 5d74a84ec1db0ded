import { expect } from 'chai'
import { atomicMysql, atomicPostgres } from '../../lib/atomic'
import { useClock } from '../support/clock'
import { useTimers } from '../support/timers'
import { turns } from '../support/wire'
import type { AnyStore } from './store-cases'

type Done = (err: unknown, result?: unknown) => void

const DEADLOCK = { postgres: '40P01', mysql: 'ER_LOCK_DEADLOCK' } as const

/** A store of connect-pg-simple without its engine. Its first `conflicts` statements end in a deadlock. */
class Postgres {
  readonly sent: unknown[][] = []
  readonly ttl: number | undefined = undefined
  conflicts = 0

  get(): void {}

  set(): void {}

  destroy(): void {}

  quotedTable(): string {
    return '"session"'
  }

  query(_sql: string, values: unknown[], done: Done): void {
    this.sent.push(values)
    done(this.conflicts-- > 0 ? Object.assign(new Error('deadlock'), { code: DEADLOCK.postgres }) : null, { record: null })
  }
}

/** As it is in versions 5 and 6. */
class Postgres6 extends Postgres {
  getExpireTime(maxAge: unknown): number {
    return Math.ceil((typeof maxAge === 'number' ? maxAge / 1000 : 86_400) + Date.now() / 1000)
  }
}

/** As it is in version 7. */
class Postgres7 extends Postgres {
  _getExpireTime(): number {
    throw new Error('a private method')
  }
}

/** A store of express-mysql-session without its engine. */
class Mysql {
  readonly sent: unknown[][] = []
  readonly options = {
    expiration: 60_000,
    schema: { tableName: 'sessions', columnNames: { session_id: 'session_id', expires: 'expires', data: 'data' } },
  }
  conflicts = 0

  get(): void {}

  set(): void {}

  setOptions(): void {}

  query(_sql: string, values: unknown[], done: Done): void {
    this.sent.push(values)
    done(this.conflicts-- > 0 ? Object.assign(new Error('deadlock'), { code: DEADLOCK.mysql }) : null, { affectedRows: 1, insertId: 0 })
  }
}

const record = (n: number, maxAge = 60_000) => ({
  n,
  cookie: { maxAge, originalMaxAge: maxAge, expires: new Date(Date.now() + maxAge) },
})

type Write = (store: AnyStore, session: object, done: Done) => void

const WRITES: Record<string, Write> = {
  'compareAndSet of a new session': (store, session, done) => void store.compareAndSet?.('a', session as never, null, done as never),
  'update of a session': (store, session, done) => void store.update?.('a', session as never, done as never),
}

describe('atomic stores: the values of a write', () => {
  useClock()
  const timers = useTimers()

  for (const [engine, make] of Object.entries({
    atomicPostgres: () => atomicPostgres(new Postgres() as never),
    atomicMysql: () => atomicMysql(new Mysql() as never),
  })) {
    for (const [what, write] of Object.entries(WRITES)) {
      it(`${engine}: ${what} that is repeated after a deadlock has the values of its call`, async () => {
        const store = make() as AnyStore & { sent: unknown[][]; conflicts: number }
        store.conflicts = 2
        const session = record(1)
        const ends: unknown[] = []
        write(store, session, (err, result) => ends.push(err ?? result))
        const first = JSON.stringify(session)
        Object.assign(session, record(2, 120_000))
        for (let n = 0; n < 3; n++) {
          await turns()
          timers.turn(16)
        }
        expect(ends).to.have.length(1)
        expect(store.sent).to.have.length(3)
        expect(store.sent[0]).to.include(first)
        expect(store.sent).to.deep.equal(Array(3).fill(store.sent[0]))
      })
    }
  }

  for (const [version, make] of Object.entries({ '5 and 6': Postgres6, 7: Postgres7, '8 to 10': Postgres })) {
    it(`atomicPostgres: the expiry is that of connect-pg-simple ${version}`, async () => {
      const inside = new make()
      const store = atomicPostgres(inside as never) as AnyStore
      void store.compareAndSet?.('a', record(1) as never, null, (() => {}) as never)
      void store.compareAndSet?.('a', { cookie: { maxAge: null, expires: null } } as never, null, (() => {}) as never)
      await turns()
      const seconds = Math.ceil(Date.now() / 1000)
      expect(inside.sent.map(([, expiry]) => expiry)).to.deep.equal([seconds + 60, seconds + 86_400])
    })
  }
})
