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

/**
 * Uses the most popular store of the engine.
 *
 * @param atomic the file of the wrapper for the store, if any
 */
export async function storeAt(place: StorePlace, atomic?: string): Promise<SessionStore> {
  if (place.engine === 'Redis') return redisStore(place, atomic)
  return place.engine === 'PostgreSQL' ? postgresStore(place) : mysqlStore(place)
}
