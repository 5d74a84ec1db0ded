import type session from '../../lib'
import type { Lack } from '../../lib/store-contract'

export type Package = typeof session
export type Store = InstanceType<Package['Store']>

/** A store as a scenario uses it. */
export interface Opened {
  readonly store: Store
  close(): unknown
}

/** What a maker is given. */
export interface Room {
  /** Requires a package of the project that the neighbour is installed in. */
  load<T = never>(name: string): T
  /** `express-session`, whichever it is there. */
  readonly session: Package
  /** The engine's. */
  readonly port: number
  /** No other store's: for keys, tables and folders. */
  readonly name: string
  /** For files, and empty at first. */
  readonly folder: string
}

/** A published store: what to install, and how its README says to make one. */
export interface Neighbour {
  /** As the table has it: the package and its version. */
  readonly title: string
  /** Under the names by which `make` loads them, with exact versions. */
  readonly packages: Readonly<Record<string, string>>
  readonly engine?: 'redis' | 'postgres' | 'mariadb'
  /** Keeps its sessions in the process. */
  readonly inProcess?: boolean
  /** What it leaves out by its own README. */
  readonly lacks?: readonly Lack[]
  /** The shortest lifetime it knows, in milliseconds. Default 1000. */
  readonly shortest?: number
  make(room: Room): Opened | Promise<Opened>
}
