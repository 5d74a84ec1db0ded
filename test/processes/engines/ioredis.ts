import { RedisStore } from 'connect-redis-8'
import { Redis } from 'ioredis'
import type { Connect } from './engine'
import { onRedis } from './on-redis'

export const connect: Connect = async (url, place) => {
  const client = new Redis(url)
  client.on('error', () => {})
  return { ...onRedis(client, RedisStore, place, () => [client]), close: async () => client.quit() }
}
