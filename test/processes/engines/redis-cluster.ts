import { RedisStore } from 'connect-redis'
import { createCluster } from 'redis'
import type { Connect } from './engine'
import { onRedis, type RedisServer } from './on-redis'

/** @param urls of the servers, separated by commas */
export const connect: Connect = async (urls, place) => {
  const client = createCluster({ rootNodes: urls.split(',').map(url => ({ url })) })
  client.on('error', () => {})
  await client.connect()
  const servers = (): RedisServer[] => client.masters.map(({ client }) => client as unknown as RedisServer)
  // The store cannot list the keys of a cluster
  const remove = async (): Promise<void> => {}
  return { ...onRedis(client, RedisStore, place, servers), remove, close: async () => client.close() }
}
