import { createRequire } from 'node:module'
import type { RedisStore as Store } from 'connect-redis'
import type { createClient as create } from 'redis'
import type { SessionStore } from './site'

/** The place of sessions in Redis. */
export interface RedisPlace {
  readonly url: string
  /** The unique prefix of the keys. */
  readonly prefix: string
}

type Wrapper = (store: SessionStore) => SessionStore

/** @param atomic the file of the wrapper for the store, if any */
export async function redisStore({ url, prefix }: RedisPlace, atomic?: string): Promise<SessionStore> {
  // Loaded only when needed
  const load = createRequire(__filename)
  const { createClient } = load('redis') as { createClient: typeof create }
  const { RedisStore } = load('connect-redis') as { RedisStore: typeof Store }
  const client = createClient({ url })
  await client.connect()
  const store = new RedisStore({ client, prefix }) as unknown as SessionStore
  return atomic === undefined ? store : (load(atomic) as { atomicRedis: Wrapper }).atomicRedis(store)
}
