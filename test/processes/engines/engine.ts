import { createRequire } from 'node:module'
import type session from '../../../lib'

export type Package = typeof session
export type Store = InstanceType<Package['Store']>

/** What one process has of an engine. */
export interface Connection {
  /** Once, before others come. */
  prepare(): Promise<unknown>
  /** The store as it is published, on one package or the other. */
  plain(session: Package): Store
  /** The same, given a compare-and-set. */
  atomic(): Store
  /** Rejects if the engine's data are damaged, where that can be told. */
  check?(): Promise<unknown>
  /** Takes away all that was stored, and what `prepare` has made. */
  remove(): Promise<unknown>
  close(): Promise<unknown>
}

export type EngineName = 'redis' | 'ioredis' | 'postgres' | 'mariadb' | 'sqlite'

/** @param place nobody else's: for keys and tables */
export type Connect = (url: string, place: string) => Promise<Connection>

const load = createRequire(__filename)

/** With no other driver than its own: processes that load one start twice as fast as with all. */
export const connect = async (name: EngineName, url: string, place: string): Promise<Connection> =>
  (load(`./${name}`) as { connect: Connect }).connect(url, place)
