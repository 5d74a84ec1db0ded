import { SQLITE_KILLS } from '../counts'
import { MARIADB, needsMariadb, needsPostgres, needsRedis, POSTGRES, REDIS } from '../../support/engines'
import { needsSqlite } from '../../support/sqlite'
import type { EngineName } from './engine'

export interface Engine {
  /** Of the file here that connects to it. */
  readonly name: EngineName
  readonly title: string
  readonly url: string
  /** To be called in a suite. */
  readonly needs: () => void
  /** Its store compares versions, and has no `update` of its own. */
  readonly lacksUpdate?: boolean
  /** How often a process is killed, if not as often as with the others. */
  readonly kills?: number
}

export const engines: readonly Engine[] = [
  { name: 'redis', title: 'Redis, by connect-redis 9 and node-redis', url: REDIS, needs: needsRedis },
  { name: 'ioredis', title: 'Redis, by connect-redis 8 and ioredis', url: REDIS, needs: needsRedis },
  { name: 'postgres', title: 'PostgreSQL, by connect-pg-simple', url: POSTGRES, needs: needsPostgres },
  { name: 'mariadb', title: 'MariaDB, by express-mysql-session', url: MARIADB, needs: needsMariadb },
  { name: 'sqlite', title: 'SQLite, by SqliteStore', url: '', needs: needsSqlite, lacksUpdate: true, kills: SQLITE_KILLS },
]
