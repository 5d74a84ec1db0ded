import { BYTES } from './measured/record'
import { USUAL } from './measured/visits'

/** The amounts of a measurement. */
export interface Plan {
  readonly name: 'full' | 'quick'
  /** With an even number of rounds, each order of the subjects occurs equally often. */
  readonly inProcess: InProcessPlan
  readonly sideBySide: SomeVisits & { readonly warmUp: number; readonly fours: number; readonly block: number }
  readonly http: SomeVisits & { readonly connections: number; readonly warmUpSeconds: number; readonly seconds: number }
  readonly distant: SomeVisits & { readonly milliseconds: number; readonly warmUp: number; readonly timed: number }
  readonly memory: { readonly rounds: number; readonly sessions: readonly number[]; readonly bytes: number }
  readonly overlap: OverlapPlan
  readonly growth: {
    readonly rounds: number
    /** The sizes of a memory store, and the number of calls of each of its methods. */
    readonly sessions: readonly number[]
    readonly calls: number
    /** The number of sessions that expire at the same time. */
    readonly expired: number
    readonly hits: number
    readonly kilobytes: readonly number[]
    readonly cookies: readonly number[]
    /** The size of the largest `Cookie` header: Node accepts 16 KiB of headers, other headers included. */
    readonly header: number
    /** Requests before the timing, and the duration of the timing. */
    readonly warmUp: number
    readonly seconds: number
  }
}

/** Concurrent requests of one session, each of which writes a key of its own. */
export interface OverlapPlan {
  readonly rounds: number
  readonly writers: readonly number[]
  /** The delay of the store. */
  readonly milliseconds: number
  /** Sizes of the session for these numbers of writers. */
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
  /** Whether each case has a process of its own. Otherwise times are meaningless, and one process per subject checks all cases. */
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
    inProcess: { rounds: 4, warmUp: 10_000, timed: 7000, apart: true },
    sideBySide: { rounds: 4, visits: USUAL, warmUp: 7000, fours: 15, block: 1000 },
    http: { rounds: 2, visits: USUAL, connections: 10, warmUpSeconds: 1, seconds: 2 },
    distant: { rounds: 2, visits: DISTANT, milliseconds: 1, warmUp: 200, timed: 500 },
    overlap: {
      rounds: 3,
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
