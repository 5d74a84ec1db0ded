import type { Engine } from '../../test/support/engine-servers/engine'
import type { Store } from '../integration'
import type { Visitor } from '../visitor'
import type { PublishedStore } from '../stores/published-store'

/** Where a store plays. */
export interface StoreWorld {
  readonly published: PublishedStore
  readonly store: Store
  /** One more of them, elsewhere, with nothing in it. */
  empty(): Promise<Store>
  readonly engine: Engine | undefined
  /** A new client, at a site whose sessions live for so many milliseconds. */
  visitor(maxAge?: number): Promise<Visitor>
  /** The site of the other package, over the same sessions. */
  otherSite(): Promise<string>
}

/** @throws where the store and the package do not go together */
export type StoreScenario = (world: StoreWorld) => Promise<void>
