import { BYTES } from './measured/record'

/** How much is measured. */
export interface Plan {
  readonly name: 'full' | 'quick'
  /** Even rounds of what is timed give each order of the subjects its turn. */
  readonly inProcess: { readonly rounds: number; readonly warmUp: number; readonly timed: number }
  readonly sideBySide: { readonly rounds: number; readonly warmUp: number; readonly fours: number; readonly block: number }
  readonly http: { readonly rounds: number; readonly connections: number; readonly warmUpSeconds: number; readonly seconds: number }
  readonly distant: { readonly rounds: number; readonly milliseconds: number; readonly warmUp: number; readonly timed: number }
  readonly memory: { readonly rounds: number; readonly sessions: readonly number[]; readonly bytes: number }
}

export const plans: Readonly<Record<Plan['name'], Plan>> = {
  full: {
    name: 'full',
    inProcess: { rounds: 10, warmUp: 20_000, timed: 50_000 },
    sideBySide: { rounds: 8, warmUp: 20_000, fours: 25, block: 1000 },
    http: { rounds: 6, connections: 10, warmUpSeconds: 1, seconds: 3 },
    distant: { rounds: 6, milliseconds: 1, warmUp: 1000, timed: 1000 },
    memory: { rounds: 3, sessions: [100_000, 1_000_000], bytes: BYTES },
  },
  quick: {
    name: 'quick',
    inProcess: { rounds: 1, warmUp: 500, timed: 1000 },
    sideBySide: { rounds: 1, warmUp: 1000, fours: 4, block: 125 },
    http: { rounds: 1, connections: 10, warmUpSeconds: 0.1, seconds: 0.2 },
    distant: { rounds: 1, milliseconds: 1, warmUp: 20, timed: 100 },
    memory: { rounds: 1, sessions: [10_000], bytes: BYTES },
  },
}

/** Visits of each case that are looked at before any is timed. */
export const OBSERVED = 3
