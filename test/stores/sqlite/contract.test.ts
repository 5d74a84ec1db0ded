import { SqliteStore } from '../../../lib/sqlite'
import { storeContract } from '../../../lib/store-contract'
import { useClock } from '../../support/clock'
import { driver, hasNodeSqlite, needsSqlite, openDatabase } from '../../support/sqlite'

describe('stores: SqliteStore', () => {
  needsSqlite()
  const clock = useClock()
  const common = {
    has: ['compareAndSet'] as const,
    shortest: 1,
    wait: clock.turn,
    dispose: (store: SqliteStore) => store.close(),
  }
  storeContract(`SqliteStore on a database of ${driver}`, {
    ...common,
    make: () => new SqliteStore({ database: openDatabase(':memory:') }),
  })
  if (!hasNodeSqlite) return
  storeContract('SqliteStore on a file', { ...common, make: () => new SqliteStore({ file: ':memory:' }) })
})
