import type session from '../lib'
import type { Engine, EngineName } from '../test/support/engine-servers/engine'

export type Package = typeof session
export type Store = InstanceType<Package['Store']>

/** Where a neighbour lives under one package. */
export interface Room {
  /** Requires a package of the project that the neighbour is installed in. */
  load<T = never>(name: string): T
  /** `express-session`, whichever it is there. */
  readonly session: Package
  /** The engine's. */
  readonly port: number
  /** No other neighbour's: for keys, tables and folders. */
  readonly name: string
  /** For files, and empty at first. */
  readonly folder: string
}

/** Where a scenario plays. */
export interface World {
  readonly here: Room
  /** The same room under the other package. */
  there(): Room
  readonly engine: Engine | undefined
}

/** @throws where the neighbour and the package do not go together */
export type Scenario = (world: World) => Promise<void>

/** Something published that goes with sessions: what to install, and what is played with it under either package. */
export interface Neighbour {
  /** As the table has it: the package and its version. */
  readonly title: string
  /** Under the names by which they are loaded, with exact versions. */
  readonly packages: Readonly<Record<string, string>>
  readonly engine?: EngineName
  /** In the order in which they are played, one after the other in one process. */
  readonly scenarios: Readonly<Record<string, Scenario>>
  /** Why a scenario does not pass, in a sentence each: what is in the neighbour that makes it so. */
  readonly notes?: Readonly<Record<string, string>>
  /** Likewise, of what passes on express-session alone, and cannot be mended: docs/compatibility.md has it too. */
  readonly unmended?: Readonly<Record<string, string>>
}
