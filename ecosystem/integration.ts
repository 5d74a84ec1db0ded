import type session from '../lib'
import type { Engine, EngineName } from '../test/support/engine-servers/engine'

export type Package = typeof session
export type Store = InstanceType<Package['Store']>

/** The environment of a third-party package with one session package. */
export interface Room {
  /** Requires a package of the project in which the third-party package is installed. */
  load<T = never>(name: string): T
  /** `express-session`, whichever it is there. */
  readonly session: Package
  /** The engine's. */
  readonly port: number
  /** A unique name for keys, tables and folders. */
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

/** @throws if the third-party package and the session package do not work together */
export type Scenario = (world: World) => Promise<void>

/** A third-party package that is used with sessions: the packages to install, and the scenarios that run with either session package. */
export interface Integration {
  /** As the table has it: the package and its version. */
  readonly title: string
  /** Under the names by which they are loaded, with exact versions. */
  readonly packages: Readonly<Record<string, string>>
  readonly engine?: EngineName
  /** In the order in which they are played, one after the other in one process. */
  readonly scenarios: Readonly<Record<string, Scenario>>
  /** Why a scenario fails, in a sentence each: the cause in the third-party package. */
  readonly notes?: Readonly<Record<string, string>>
  /** The same for scenarios that pass with express-session only, and cannot be fixed: docs/compatibility.md lists them too. */
  readonly unmended?: Readonly<Record<string, string>>
}
