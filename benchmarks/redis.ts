import { createClient } from 'redis'
import type { Target } from './measured/proxy'

export const REDIS = process.env.REDIS_URL ?? 'redis://127.0.0.1:6379'

export type RedisClient = ReturnType<typeof createClient>

/** @returns undefined if it cannot be reached */
export async function connectRedis(url = REDIS): Promise<RedisClient | undefined> {
  const client: RedisClient = createClient({ url, socket: { reconnectStrategy: false } }) as never
  client.on('error', () => {})
  try {
    return await client.connect()
  } catch {
    return undefined
  }
}

/** The address on which it listens. */
export function targetOf(url = REDIS): Target {
  const { hostname, port } = new URL(url)
  return { host: hostname, port: Number(port || 6379) }
}

/** The URL through a proxy on this machine. */
export function urlThrough(port: number): string {
  const url = new URL(REDIS)
  url.hostname = '127.0.0.1'
  url.port = String(port)
  return url.href
}

export async function removeKeys(client: RedisClient, prefix: string): Promise<void> {
  for await (const keys of client.scanIterator({ MATCH: `${prefix}*`, COUNT: 1000 })) {
    if (keys.length > 0) await client.unlink(keys)
  }
}

export async function redisVersion(client: RedisClient): Promise<string> {
  return /redis_version:(\S+)/.exec(await client.info('server'))?.[1] ?? 'unknown'
}
