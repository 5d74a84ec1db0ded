import { Redis } from 'ioredis'
import { createConnection } from 'mysql2/promise'
import { Client } from 'pg'

/** Where the engines are, as every driver takes it. */
export const REDIS = process.env.REDIS_URL ?? 'redis://127.0.0.1:6379'
export const POSTGRES = process.env.POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/test'
export const MARIADB = process.env.MARIADB_URL ?? 'mysql://root@127.0.0.1:3306/test'

/** To be called in every suite that speaks to Redis, and so on below. */
export const needsRedis = needs('Redis', REDIS, async () => {
  const client = new Redis(REDIS, { lazyConnect: true, retryStrategy: () => null })
  client.on('error', () => {})
  await client.connect()
  client.disconnect()
})

export const needsPostgres = needs('PostgreSQL', POSTGRES, async () => {
  const client = new Client({ connectionString: POSTGRES })
  await client.connect()
  await client.end()
})

export const needsMariadb = needs('MariaDB', MARIADB, async () => {
  const connection = await createConnection(MARIADB)
  await connection.end()
})

/** Where the engine cannot be reached, such a suite proves nothing: it is skipped, and one loud line says so; in CI, where nobody reads lines, it fails. */
function needs(name: string, url: string, visit: () => Promise<void>): () => void {
  let answer: Promise<unknown> | undefined
  const ask = async (): Promise<unknown> => {
    try {
      await visit()
      return undefined
    } catch (err) {
      console.error(`\n!!! ${name.toUpperCase()} CANNOT BE REACHED AT ${url}: WHAT IS SAID OF IT IS NOT TESTED !!!\n`)
      return err
    }
  }

  return () => {
    before(async function () {
      this.timeout(20_000)
      const failed = await (answer ??= ask())
      if (failed === undefined) return
      if (process.env.CI === 'true') throw new Error(`${name} cannot be reached at ${url}`, { cause: failed })
      this.skip()
    })
  }
}
