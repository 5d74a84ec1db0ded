import { deepStrictEqual } from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import { DIFFERENCES } from './differences'
import type { Lineage } from './lineages'
import type { Seen } from './namer'
import type { Scenario } from './scenarios'

/** The observations of both, visit by visit. */
export interface Pair {
  readonly preset: readonly Seen[]
  readonly original: readonly Seen[]
}

/**
 * @returns the ids of the differences that were needed.
 * @throws AssertionError at the first visit with another difference
 */
export function compare(lineage: Lineage, scenario: Scenario, { preset, original }: Pair): Set<string> {
  const needed = new Set<string>()
  const differences = DIFFERENCES.filter(({ lineages }) => lineages.test(lineage.name))
  for (const [index, visit] of scenario.visits.entries()) {
    const place = { lineage: lineage.name, scenario, visit, index }
    let [ours, theirs] = [preset[index], original[index]]
    for (const { id, shows, comparable } of differences) {
      if (!ours || !theirs || !shows(place)) continue
      const differed = !isDeepStrictEqual(ours, theirs)
      ours = comparable(ours, place)
      theirs = comparable(theirs, place)
      if (differed && (!ours || isDeepStrictEqual(ours, theirs))) needed.add(id)
      if (!ours || !theirs) return needed
    }
    deepStrictEqual(ours, theirs, `${visit.act}, visit ${index + 1}`)
  }
  return needed
}
