import type { GrowthRow } from '../growth/rows'
import type { Machine } from '../machine'
import type { Plan } from '../plans'
import type { DistantRows, HttpRow, InProcessRow, MemoryRow, SideBySideRow } from '../summary'

/** All that a run has found: what the table, the plot and the JSON are made of. */
export interface Result {
  readonly machine: Machine
  readonly plan: Plan
  readonly inProcess: readonly InProcessRow[]
  readonly sideBySide: readonly SideBySideRow[]
  readonly http: readonly HttpRow[]
  /** Nothing where there was no engine. */
  readonly distant?: DistantRows | undefined
  readonly memory: readonly MemoryRow[]
  readonly growth: readonly GrowthRow[]
}
