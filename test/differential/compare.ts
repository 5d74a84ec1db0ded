import { deepStrictEqual } from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import { differences } from './differences'
import type { Scenario } from './scenario'
import type { Observation } from './world'

/** How often each difference was needed, so that none is listed unnecessarily. */
export type Tally = Map<string, number>

/** Throws at the first visit on which the two packages differ otherwise than listed. */
export function compare(scenario: Scenario, ours: readonly Observation[], theirs: readonly Observation[], tally: Tally): void {
  for (const [index, visit] of scenario.visits.entries()) {
    let [our, their] = [ours[index], theirs[index]]
    for (const { id, shows, comparable } of differences) {
      if (!our || !their || isDeepStrictEqual(our, their) || !shows(visit, scenario, index)) continue
      tally.set(id, (tally.get(id) ?? 0) + 1)
      our = comparable(our, visit)
      their = comparable(their, visit)
      if (!our || !their) return
    }
    deepStrictEqual(our, their)
  }
}
