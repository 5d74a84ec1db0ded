import type { GrowthRow } from '../growth/rows'
import type { Machine } from '../machine'
import type { Plan } from '../plans'
import type { DistantRows, HttpRow, InProcessRow, MemoryRow, SideBySideRow } from '../summary'

/** The result of a run: the source of the tables, the plots and the JSON. */
export interface Result {
  readonly machine: Machine
  readonly plan: Plan
  readonly inProcess: readonly InProcessRow[]
  readonly sideBySide: readonly SideBySideRow[]
  readonly http: readonly HttpRow[]
  /** Undefined if there was no engine. */
  readonly distant?: DistantRows | undefined
  readonly memory: readonly MemoryRow[]
  readonly growth: readonly GrowthRow[]
}
