import { createConnection, type RowDataPacket } from 'mysql2/promise'
import { Client } from 'pg'
import type { EngineName } from './measured/protocols'
import type { Target } from './measured/proxy'
import { connectRedis, REDIS, redisVersion, removeKeys } from './redis'

/** A connection to an engine that keeps sessions. */
export interface Line {
  version(): Promise<string>
  /** The smallest possible request. */
  ping(): Promise<unknown>
  /** Removes everything under the prefix. */
  clear(prefix: string): Promise<unknown>
  close(): Promise<unknown>
}

export interface Engine {
  readonly name: EngineName
  /** The package of the store. */
  readonly store: string
  readonly url: string
  readonly port: number
  /** @throws if the engine cannot be reached */
  connect(url: string): Promise<Line>
}

export const engines: readonly Engine[] = [
  { name: 'Redis', store: 'connect-redis', url: REDIS, port: 6379, connect: toRedis },
  {
    name: 'PostgreSQL',
    store: 'connect-pg-simple',
    url: process.env.POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/test',
    port: 5432,
    connect: toPostgres,
  },
  {
    name: 'MariaDB',
    store: 'express-mysql-session',
    url: process.env.MARIADB_URL ?? 'mysql://root@127.0.0.1:3306/test',
    port: 3306,
    connect: toMariadb,
  },
]

/** The address on which it listens. */
export function targetOf({ url, port }: Engine): Target {
  const { hostname, port: own } = new URL(url)
  return { host: hostname, port: Number(own || port) }
}

/** The URL through a proxy on this machine. */
export function urlThrough(engine: Engine, port: number): string {
  return Object.assign(new URL(engine.url), { hostname: '127.0.0.1', port: String(port) }).href
}

async function toRedis(url: string): Promise<Line> {
  const client = await connectRedis(url)
  if (!client) throw new Error(`no Redis at ${url}`)
  return {
    version: () => redisVersion(client),
    ping: () => client.ping(),
    clear: prefix => removeKeys(client, prefix),
    close: () => client.close(),
  }
}

async function toPostgres(url: string): Promise<Line> {
  const client = new Client({ connectionString: url })
  await client.connect()
  return {
    version: async () => (await client.query<{ server_version: string }>('SHOW server_version')).rows[0]?.server_version ?? 'unknown',
    ping: () => client.query('SELECT 1'),
    clear: prefix => client.query(`DROP TABLE IF EXISTS "${prefix}"`),
    close: () => client.end(),
  }
}

async function toMariadb(url: string): Promise<Line> {
  const connection = await createConnection(url)
  return {
    version: async () => String((await connection.query<RowDataPacket[]>('SELECT VERSION() AS version'))[0][0]?.version),
    ping: () => connection.query('SELECT 1'),
    clear: prefix => connection.query(`DROP TABLE IF EXISTS ${prefix}`),
    close: () => connection.end(),
  }
}
