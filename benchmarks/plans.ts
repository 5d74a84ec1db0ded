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
  readonly growth: {
    readonly rounds: number
    /** In a memory store, one size after the other, and how often each of its methods is called. */
    readonly sessions: readonly number[]
    readonly calls: number
    /** That expire all at once. */
    readonly expired: number
    readonly hits: number
    readonly kilobytes: readonly number[]
    readonly cookies: readonly number[]
    /** Bytes of the largest `Cookie` header: Node takes 16 KiB of headers, and there are others. */
    readonly header: number
    readonly warmUpSeconds: number
    readonly seconds: number
  }
}

const HEADER = 16_000

export const plans: Readonly<Record<Plan['name'], Plan>> = {
  full: {
    name: 'full',
    inProcess: { rounds: 10, warmUp: 20_000, timed: 50_000 },
    sideBySide: { rounds: 8, warmUp: 20_000, fours: 25, block: 1000 },
    http: { rounds: 6, connections: 10, warmUpSeconds: 1, seconds: 3 },
    distant: { rounds: 6, milliseconds: 1, warmUp: 1000, timed: 1000 },
    memory: { rounds: 3, sessions: [100_000, 1_000_000], bytes: BYTES },
    growth: {
      rounds: 6,
      sessions: [1000, 10_000, 100_000, 1_000_000],
      calls: 200_000,
      expired: 1_000_000,
      hits: 10_000_000,
      kilobytes: [1, 2, 5, 10, 20, 50, 100],
      cookies: [1, 2, 4, 8, 16, 32, 64],
      header: HEADER,
      warmUpSeconds: 0.3,
      seconds: 0.3,
    },
  },
  quick: {
    name: 'quick',
    inProcess: { rounds: 1, warmUp: 500, timed: 1000 },
    sideBySide: { rounds: 1, warmUp: 1000, fours: 4, block: 125 },
    http: { rounds: 1, connections: 10, warmUpSeconds: 0.1, seconds: 0.2 },
    distant: { rounds: 1, milliseconds: 1, warmUp: 20, timed: 100 },
    memory: { rounds: 1, sessions: [10_000], bytes: BYTES },
    growth: {
      rounds: 1,
      sessions: [1000, 10_000],
      calls: 2000,
      expired: 10_000,
      hits: 2000,
      kilobytes: [1, 10],
      cookies: [1, 8],
      header: HEADER,
      warmUpSeconds: 0.01,
      seconds: 0.01,
    },
  },
}

/** Visits of each case that are looked at before any is timed. */
export const OBSERVED = 3
