import type { Machine } from '../machine'
import type { Plan } from '../plans'
import type { HttpRow, InProcessRow, MemoryRow } from '../summary'

/** All that a run has found: what the table, the plot and the JSON are made of. */
export interface Result {
  readonly machine: Machine
  readonly plan: Plan
  readonly inProcess: readonly InProcessRow[]
  readonly http: readonly HttpRow[]
  readonly memory: readonly MemoryRow[]
}
