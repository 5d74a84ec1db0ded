import { RedisStore } from 'connect-redis'
import { createClient } from 'redis'
import type { Connect } from './engine'
import { onRedis } from './on-redis'

export const connect: Connect = async (url, place) => {
  const client = createClient({ url })
  client.on('error', () => {})
  await client.connect()
  return { ...onRedis(client, RedisStore, place, () => [client]), close: async () => client.close() }
}
