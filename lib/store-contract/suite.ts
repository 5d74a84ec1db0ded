import type { StoreUnderTest, Ability } from './store-under-test'

/** One group of rules: registers its tests. */
export type Group = (suite: Suite) => void

/** What the groups of conformance tests are written with. */
export interface Suite {
  /** Registers a test, which gets a new store. */
  rule(title: string, test: (candidate: StoreUnderTest) => Promise<void>): void
  /** An ID that no other test uses. */
  id(): string
  /** Advances the store's clock, or waits. */
  wait(ms: number): Promise<void>
  /** The shortest lifetime that the store supports, in milliseconds. */
  readonly shortest: number
  /** Whether the option `lacks` has this name. */
  lacks(ability: Lack): boolean
  /** Whether the option `has` has this name. */
  has(ability: Ability): boolean
}

/**
 * What a store does not do: `'touch'`, `'all'`, `'length'` and `'clear'` are methods that it does not have. With `'expiry'` it returns sessions that have
 * expired.
 */
export type Lack = 'touch' | 'all' | 'length' | 'clear' | 'expiry'
