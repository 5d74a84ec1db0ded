import type { Candidate } from './store-under-test'

/** One group of rules: registers its tests. */
export type Group = (exam: Exam) => void

export interface Exam {
  /** Registers a test; it is given a new store. */
  rule(title: string, test: (candidate: Candidate) => Promise<void>): void
  /** An id that no other test uses. */
  id(): string
  /** Lets time go by for the store. */
  wait(ms: number): Promise<void>
  /** The shortest lifetime that the store can tell from none, in milliseconds. */
  readonly shortest: number
  /** Whether the store leaves this out, by its maker's word. */
  lacks(ability: Lack): boolean
  /** Whether the store can do this beyond what every store can, by its maker's word. */
  has(ability: Ability): boolean
}

/**
 * What a store may do without, each of them said when it sits the exam: `'touch'`, `'all'`, `'length'`, `'clear'` for methods that it does not have,
 * and `'expiry'` for one that leaves sessions lying when they have expired.
 */
export type Lack = 'touch' | 'all' | 'length' | 'clear' | 'expiry'

/** What a store may do beyond; said likewise. */
export type Ability = 'compareAndSet' | 'update'
