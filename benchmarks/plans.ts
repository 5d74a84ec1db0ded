import { BYTES } from './measured/record'
import { USUAL } from './measured/visits'

/** How much is measured. */
export interface Plan {
  readonly name: 'full' | 'quick'
  /** Even rounds of what is timed give each order of the subjects its turn. */
  readonly inProcess: InProcessPlan
  readonly sideBySide: SomeVisits & { readonly warmUp: number; readonly fours: number; readonly block: number }
  readonly http: SomeVisits & { readonly connections: number; readonly warmUpSeconds: number; readonly seconds: number }
  readonly distant: SomeVisits & { readonly milliseconds: number; readonly warmUp: number; readonly timed: number }
  readonly memory: { readonly rounds: number; readonly sessions: readonly number[]; readonly bytes: number }
  readonly overlap: OverlapPlan
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
    /** Requests before the timing, and the duration of the timing. */
    readonly warmUp: number
    readonly seconds: number
  }
}

/** Requests of one session that come at the same time, and of which each writes a key of its own. */
export interface OverlapPlan {
  readonly rounds: number
  readonly writers: readonly number[]
  /** How far away the store is. */
  readonly milliseconds: number
  /** Sizes of the session, at which so many write. */
  readonly kilobytes: readonly number[]
  readonly atEachSize: number
  /** With the session in an engine. */
  readonly processes: number
  readonly writersEach: number
}

const HEADER = 16_000

interface InProcessPlan {
  readonly rounds: number
  readonly warmUp: number
  readonly timed: number
  /** Whether each case has a process of its own. Where times mean nothing, each subject has, and one look at all is enough. */
  readonly apart: boolean
}

interface SomeVisits {
  readonly rounds: number
  readonly visits: readonly string[]
}

const DISTANT = ['resumed read', 'resumed write']

export const plans: Readonly<Record<Plan['name'], Plan>> = {
  full: {
    name: 'full',
    inProcess: { rounds: 10, warmUp: 10_000, timed: 7000, apart: true },
    sideBySide: { rounds: 4, visits: USUAL, warmUp: 7000, fours: 15, block: 1000 },
    http: { rounds: 2, visits: USUAL, connections: 10, warmUpSeconds: 1, seconds: 2 },
    distant: { rounds: 2, visits: DISTANT, milliseconds: 1, warmUp: 200, timed: 500 },
    overlap: {
      rounds: 5,
      writers: [1, 2, 6, 20, 50, 100, 300, 1000, 5000],
      milliseconds: 5,
      kilobytes: [1, 10, 100],
      atEachSize: 300,
      processes: 4,
      writersEach: 25,
    },
    memory: { rounds: 3, sessions: [100_000, 1_000_000], bytes: BYTES },
    growth: {
      rounds: 2,
      sessions: [1000, 10_000, 100_000, 1_000_000],
      calls: 200_000,
      expired: 1_000_000,
      hits: 10_000_000,
      kilobytes: [1, 3, 10, 30, 100],
      cookies: [1, 4, 16, 64],
      header: HEADER,
      warmUp: 5000,
      seconds: 0.3,
    },
  },
  quick: {
    name: 'quick',
    inProcess: { rounds: 1, warmUp: 50, timed: 100, apart: false },
    sideBySide: { rounds: 1, visits: ['resumed write'], warmUp: 125, fours: 2, block: 125 },
    http: { rounds: 1, visits: ['resumed write'], connections: 10, warmUpSeconds: 0, seconds: 0.2 },
    // Each client makes one request before; after it, subjects that skip touches no longer touch
    distant: { rounds: 1, visits: ['resumed read'], milliseconds: 1, warmUp: 100, timed: 100 },
    overlap: { rounds: 1, writers: [1, 50], milliseconds: 5, kilobytes: [1], atEachSize: 10, processes: 2, writersEach: 5 },
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
      warmUp: 50,
      seconds: 0.01,
    },
  },
}

/** Requests of each case that are observed before any are timed. */
export const OBSERVED = 3
