import type { Engine } from '../engines/engine'
import type { Neighbour, Opened, Package } from '../neighbour'
import type { Visitor } from '../site'

/** Where a scenario plays. */
export interface World {
  readonly neighbour: Neighbour
  readonly session: Package
  readonly opened: Opened
  readonly engine: Engine | undefined
  /** Someone new, at a site whose sessions live for so many milliseconds. */
  visitor(maxAge?: number): Promise<Visitor>
  /** The site of the other package, over the same sessions. */
  otherSite(): Promise<string>
}

/** @throws where the store and the package do not go together */
export type Scenario = (world: World) => Promise<void>
