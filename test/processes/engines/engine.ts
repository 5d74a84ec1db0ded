import { createRequire } from 'node:module'
import type session from '../../../lib'

export type Package = typeof session
export type Store = InstanceType<Package['Store']>

/** The connection of one process to an engine. */
export interface Connection {
  /** Called once, before other processes connect. */
  prepare(): Promise<unknown>
  /** The published store, with either session package. */
  plain(session: Package): Store
  /** The same store with compareAndSet. */
  atomic(): Store
  /** Rejects if the engine's data is damaged, if that can be detected. */
  check?(): Promise<unknown>
  /** The engine's own content: the JSON of the records by their keys. */
  contents(): Promise<Contents>
  /** Removes all stored data, and the results of `prepare`. */
  remove(): Promise<unknown>
  close(): Promise<unknown>
}

export type Contents = ReadonlyMap<string, string>

export type EngineName = 'redis' | 'ioredis' | 'postgres' | 'mariadb' | 'sqlite'

/** The names of the files here. */
export type ConnectionName = EngineName | 'redis-cluster' | 'ioredis-cluster' | 'memory'

/** @param place a unique name for keys and tables */
export type Connect = (url: string, place: string) => Promise<Connection>

const load = createRequire(__filename)

/** Loads only the driver of the engine: processes that load one start twice as fast as with all. */
export const connect = async (name: ConnectionName, url: string, place: string): Promise<Connection> =>
  (load(`./${name}`) as { connect: Connect }).connect(url, place)
