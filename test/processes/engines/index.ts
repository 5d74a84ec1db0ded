import { SQLITE_KILLS } from '../counts'
import { MARIADB, needsMariadb, needsPostgres, needsRedis, POSTGRES, REDIS } from '../../support/engines'
import { needsSqlite } from '../../support/sqlite'
import type { EngineName } from './engine'

export interface Engine {
  /** The name of the file here that connects to it. */
  readonly name: EngineName
  readonly title: string
  readonly url: string
  /** Called in a suite; skips it if the engine is missing. */
  readonly needs: () => void
  /** Its store has compareAndSet, and no `update`. */
  readonly lacksUpdate?: boolean
  /** How many processes are killed, if not the default. */
  readonly kills?: number
}

export const engines: readonly Engine[] = [
  { name: 'redis', title: 'Redis, by connect-redis 9 and node-redis', url: REDIS, needs: needsRedis },
  { name: 'ioredis', title: 'Redis, by connect-redis 8 and ioredis', url: REDIS, needs: needsRedis },
  { name: 'postgres', title: 'PostgreSQL, by connect-pg-simple', url: POSTGRES, needs: needsPostgres },
  { name: 'mariadb', title: 'MariaDB, by express-mysql-session', url: MARIADB, needs: needsMariadb },
  { name: 'sqlite', title: 'SQLite, by SqliteStore', url: '', needs: needsSqlite, lacksUpdate: true, kills: SQLITE_KILLS },
]
