export type EngineName = 'redis' | 'postgres' | 'mariadb' | 'memcached'

/** A server that the run starts, on a port of its own: scenarios may stop it. */
export interface Engine {
  readonly port: number
  stop(): Promise<void>
  start(): Promise<void>
}
