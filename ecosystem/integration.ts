import type session from '../lib'
import type { Engine, EngineName } from '../test/support/engine-servers/engine'

export type Package = typeof session
export type Store = InstanceType<Package['Store']>

/** The environment of a third-party package with one session package. */
export interface Room {
  /** Requires a package of the project in which the third-party package is installed. */
  load<T = never>(name: string): T
  /** The package under the name `express-session`. */
  readonly session: Package
  /** The port of the engine. */
  readonly port: number
  /** A unique name for keys, tables and folders. */
  readonly name: string
  /** For files; empty at first. */
  readonly folder: string
}

/** The environment of a scenario. */
export interface World {
  readonly here: Room
  /** The same environment with the other package. */
  there(): Room
  readonly engine: Engine | undefined
}

/** @throws if the third-party package and the session package do not work together */
export type Scenario = (world: World) => Promise<void>

/** A third-party package that is used with sessions: the packages to install, and the scenarios that run with either session package. */
export interface Integration {
  /** The title in the table: the package and its version. */
  readonly title: string
  /** By the names under which they are loaded, with exact versions. */
  readonly packages: Readonly<Record<string, string>>
  readonly engine?: EngineName
  /** In their order, one after the other in one process. */
  readonly scenarios: Readonly<Record<string, Scenario>>
  /** Why a scenario fails, in a sentence each: the cause in the third-party package. */
  readonly notes?: Readonly<Record<string, string>>
  /** The same for scenarios that pass with express-session only, and cannot be fixed: docs/compatibility.md lists them too. */
  readonly unmended?: Readonly<Record<string, string>>
}
