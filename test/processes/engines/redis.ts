import { RedisStore } from 'connect-redis'
import { createClient } from 'redis'
import type { Connect } from './engine'
import { onRedis } from './on-redis'

export const connect: Connect = async (url, place) => {
  // node-redis 5.10 sends its name after it has connected again, which a Redis before 7.2 refuses. If that connection is lost too, a request may get the
  // refusal, and later ones no reply
  const client = createClient({ url, disableClientInfo: true })
  client.on('error', () => {})
  await client.connect()
  return { ...onRedis(client, RedisStore, place, () => [client]), close: async () => client.close() }
}
