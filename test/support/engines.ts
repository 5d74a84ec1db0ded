import { spawnSync } from 'node:child_process'
import { Redis } from 'ioredis'
import { createConnection } from 'mysql2/promise'
import { Client } from 'pg'
import { suiteNeeds } from './suite-needs'

/** The URLs of the engines, as every driver accepts them. */
export const REDIS = process.env.REDIS_URL ?? 'redis://127.0.0.1:6379'
export const POSTGRES = process.env.POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/test'
export const MARIADB = process.env.MARIADB_URL ?? 'mysql://root@127.0.0.1:3306/test'

/** Called in each suite that uses Redis: skips the suite if Redis cannot be reached. */
export const needsRedis = (): void =>
  suiteNeeds(`Redis at ${REDIS}`, async () => {
    const client = new Redis(REDIS, { lazyConnect: true, retryStrategy: () => null })
    client.on('error', () => {})
    await client.connect()
    client.disconnect()
  })

/** Called in each suite that uses PostgreSQL. */
export const needsPostgres = (): void =>
  suiteNeeds(`PostgreSQL at ${POSTGRES}`, async () => {
    const client = new Client({ connectionString: POSTGRES })
    await client.connect()
    await client.end()
  })

/** Called in each suite that uses MariaDB. */
export const needsMariadb = (): void =>
  suiteNeeds(`MariaDB at ${MARIADB}`, async () => {
    const connection = await createConnection(MARIADB)
    await connection.end()
  })

/** Called in each suite that starts Redis servers of its own. */
export const needsRedisServer = (): void =>
  suiteNeeds('the program redis-server', () => {
    const { error } = spawnSync('redis-server', ['--version'])
    if (error) throw error
  })
