import { createRequire } from 'node:module'
import type { EngineName } from './protocols'
import { redisStore } from './redis-store'
import type { SessionStore } from './site'
import { mysqlStore, postgresStore } from './sql-stores'

/** Where sessions are kept. */
export interface StorePlace {
  readonly engine: EngineName
  readonly url: string
  /** The unique prefix of the keys, or name of the table. */
  readonly prefix: string
}

type Wrapper = (store: SessionStore) => SessionStore

/** By the store that most people take. @param atomic the file of the wrapper that it is given to, if any */
export async function storeAt(place: StorePlace, atomic?: string): Promise<SessionStore> {
  if (place.engine === 'Redis') return redisStore(place, atomic)
  const store = place.engine === 'PostgreSQL' ? postgresStore(place) : await mysqlStore(place)
  if (atomic === undefined) return store
  const { atomicPostgres, atomicMysql } = createRequire(__filename)(atomic) as Record<'atomicPostgres' | 'atomicMysql', Wrapper>
  return place.engine === 'PostgreSQL' ? atomicPostgres(store) : atomicMysql(store)
}
