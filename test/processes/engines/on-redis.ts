import { atomicRedis, type RedisClient } from '../../../lib/atomic'
import type { Connection, Store } from './engine'

type RedisClass = new (options: { client: RedisClient; prefix: string }) => { clear(): Promise<unknown> }

/** What is needed of a server to read its records. */
export interface RedisServer {
  keys(pattern: string): Promise<string[]>
  get(key: string): Promise<string | null>
}

/** @param servers one, or those of a cluster. The class depends on express-session only */
export function onRedis(
  client: RedisClient,
  RedisStore: RedisClass,
  place: string,
  servers: () => readonly RedisServer[],
): Omit<Connection, 'close'> {
  const prefix = `${place}:`
  const make = () => new RedisStore({ client, prefix })
  const plain = (): Store => make() as never
  return {
    prepare: async () => {},
    plain,
    atomic: () => atomicRedis(plain(), client),
    contents: async () => new Map((await Promise.all(servers().map(async server => recordsOf(server, prefix)))).flat()),
    remove: async () => make().clear(),
  }
}

/** The records of one server. */
async function recordsOf(server: RedisServer, prefix: string): Promise<[string, string][]> {
  const keys = await server.keys(`${prefix}*`)
  const texts = await Promise.all(keys.map(async key => server.get(key)))
  return keys.flatMap((key, at): [string, string][] => {
    const text = texts[at]
    return typeof text === 'string' ? [[key.slice(prefix.length), text]] : []
  })
}
