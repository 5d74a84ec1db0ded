import type { Engine, EngineName } from './engine'
import { mariadb } from './mariadb'
import { memcached } from './memcached'
import { postgres } from './postgres'
import { redis } from './redis'

/**
 * Each starts a server of the run.
 *
 * @throws if it is not available on this machine
 */
export const engines: Record<EngineName, () => Promise<Engine>> = { redis, postgres, mariadb, memcached }
