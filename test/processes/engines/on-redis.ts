import { atomicRedis, type RedisClient } from '../../../lib/atomic'
import type { Connection, Store } from './engine'

type RedisClass = new (options: { client: RedisClient; prefix: string }) => { clear(): Promise<unknown> }

/** The class depends on express-session only. */
export function onRedis(client: RedisClient, RedisStore: RedisClass, place: string): Omit<Connection, 'close'> {
  const make = () => new RedisStore({ client, prefix: `${place}:` })
  const plain = (): Store => make() as never
  return { prepare: async () => {}, plain, atomic: () => atomicRedis(plain(), client), remove: async () => make().clear() }
}
