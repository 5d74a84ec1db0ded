export type { Atomic, PublishedStore } from './stores/atomic/conditional-writes'
export { atomicMysql } from './stores/atomic/mysql'
export { atomicPostgres } from './stores/atomic/postgres'
export { atomicRedis, type RedisClient } from './stores/atomic/redis'
