/**
 * Receives the name of the next step.
 *
 * @param part the finished part of its group, from 0 to 1
 */
export type Say = (progress: string, part: number) => void

/** Iterates over the items in each round, and reports each before it is run. */
export function* turns<Item extends { readonly name: string }>(
  { what, rounds, items }: { readonly what: string; readonly rounds: number; readonly items: readonly Item[] },
  say: Say,
): Generator<readonly [round: number, item: Item]> {
  for (let round = 0; round < rounds; round++) {
    for (const [at, item] of items.entries()) {
      say(`${what}, round ${round + 1} of ${rounds}: ${item.name}`, (round + at / items.length) / rounds)
      yield [round, item]
    }
  }
}

/** Reverses every other round, so that a drift affects all items equally. */
export function inTurn<Item>(items: readonly Item[], round: number): readonly Item[] {
  return round % 2 === 0 ? items : items.toReversed()
}
