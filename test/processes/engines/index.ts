import { MARIADB, needsMariadb, needsPostgres, needsRedis, POSTGRES, REDIS } from '../../support/engines'
import type { EngineName } from './engine'

export interface Engine {
  /** Of the file here that connects to it. */
  readonly name: EngineName
  readonly title: string
  readonly url: string
  /** To be called in a suite. */
  readonly needs: () => void
}

export const engines: readonly Engine[] = [
  { name: 'redis', title: 'Redis, by connect-redis 9 and node-redis', url: REDIS, needs: needsRedis },
  { name: 'ioredis', title: 'Redis, by connect-redis 8 and ioredis', url: REDIS, needs: needsRedis },
  { name: 'postgres', title: 'PostgreSQL, by connect-pg-simple', url: POSTGRES, needs: needsPostgres },
  { name: 'mariadb', title: 'MariaDB, by express-mysql-session', url: MARIADB, needs: needsMariadb },
]
