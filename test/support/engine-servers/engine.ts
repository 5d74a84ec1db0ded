export type EngineName = 'redis' | 'postgres' | 'mariadb' | 'memcached'

/** A server of the run's own, on a port of its own: scenarios may stop it. */
export interface Engine {
  readonly port: number
  stop(): Promise<void>
  start(): Promise<void>
}
