import { RedisStore } from 'connect-redis-8'
import { Cluster } from 'ioredis'
import type { Connect } from './engine'
import { onRedis } from './on-redis'

/** @param urls of the servers, separated by commas */
export const connect: Connect = async (urls, place) => {
  const client = new Cluster(urls.split(','))
  client.on('error', () => {})
  // The store cannot list the keys of a cluster
  const remove = async (): Promise<void> => {}
  return { ...onRedis(client, RedisStore, place, () => client.nodes('master')), remove, close: async () => client.quit() }
}
