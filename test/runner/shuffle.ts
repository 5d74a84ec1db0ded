import { basename } from 'node:path'
import { randomOf } from '../support/shuffling-store'

/** Puts the suites and tests of each file into a random order. Loaded by repeat.ts; the environment variable SEED repeats an order. */
export const mochaHooks = {
  beforeAll(this: Mocha.Context): void {
    // The root hook runs before Mocha iterates over the tests
    const root = this.test?.parent
    if (root) shuffleSuite(root, randomOf(Number(process.env.SEED) + sumOf(basename(root.suites[0]?.file ?? ''))))
  },
}

function shuffleSuite(suite: Mocha.Suite, random: () => number): void {
  shuffle(suite.tests, random)
  shuffle(suite.suites, random)
  for (const inner of suite.suites) shuffleSuite(inner, random)
}

/** Shuffles in place, with the algorithm of Fisher and Yates. */
export function shuffle<Item>(items: Item[], random: () => number): Item[] {
  for (let last = items.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1))
    ;[items[last], items[other]] = [items[other] as Item, items[last] as Item]
  }
  return items
}

function sumOf(text: string): number {
  return Array.from(text).reduce((sum, character) => sum + character.charCodeAt(0), 0)
}
