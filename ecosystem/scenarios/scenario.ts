import type { Engine } from '../../test/support/engine-servers/engine'
import type { Store } from '../integration'
import type { Visitor } from '../visitor'
import type { PublishedStore } from '../stores/published-store'

/** In milliseconds. */
export interface Limits {
  readonly idleTimeout: number
  readonly absoluteTimeout?: number
}

/** The environment of a store. */
export interface StoreWorld {
  readonly published: PublishedStore
  readonly store: Store
  /** Another store of the kind, in another place, without sessions. */
  empty(): Promise<Store>
  readonly engine: Engine | undefined
  /** A new client, at a site whose sessions live for so many milliseconds. */
  visitor(maxAge?: number): Promise<Visitor>
  /** A new client, at a site with `idleTimeout` or `absoluteTimeout`. */
  limited(limits: Limits): Promise<Visitor>
  /** The site of the other package, with the same sessions. */
  otherSite(): Promise<string>
}

/** @throws if the store and the package do not work together */
export type StoreScenario = (world: StoreWorld) => Promise<void>
