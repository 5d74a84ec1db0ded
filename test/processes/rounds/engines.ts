import { needsRedisServer } from '../../support/engines'
import { engines, type Engine } from '../engines'
import type { ConnectionName } from '../engines/engine'

export interface RoundsEngine extends Pick<Engine, 'title' | 'url' | 'needs'> {
  readonly name: ConnectionName
  /** The test starts the servers. */
  readonly isCluster?: boolean
  /** Only one process has the sessions. */
  readonly inProcess?: boolean
}

export const roundsEngines: readonly RoundsEngine[] = [
  ...engines,
  { name: 'redis-cluster', title: 'Redis Cluster, by connect-redis 9 and node-redis', url: '', needs: needsRedisServer, isCluster: true },
  { name: 'ioredis-cluster', title: 'Redis Cluster, by connect-redis 8 and ioredis', url: '', needs: needsRedisServer, isCluster: true },
  { name: 'memory', title: 'MemoryStore', url: '', needs: () => {}, inProcess: true },
]
