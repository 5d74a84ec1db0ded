import type { Result } from './report/result'

/** A target of the project. */
export interface Bar {
  readonly what: string
  readonly limit: { readonly atMost: number } | { readonly atLeast: number }
}

/** A bar with its measured value; undefined if it was not measured. */
export interface MeasuredBar extends Bar {
  readonly measured: number | undefined
  readonly beside?: Beside | undefined
}

/** The same measurement of another subject, as a reference for what can be reached. */
export interface Beside {
  readonly subject: string
  readonly measured: number
}

/** Each entry is a row of the report. */
interface BarOfResult extends Bar {
  readonly measured: (result: Result) => number | undefined
  readonly beside?: (result: Result) => Beside | undefined
}

export function barsOf(result: Result): MeasuredBar[] {
  return bars.map(bar => ({ ...bar, measured: bar.measured(result), beside: bar.beside?.(result) }))
}

/** The time that our package adds to the floor of a visit, relative to that of its yardstick. */
function added(subject: string, visit: string, atMost: number): BarOfResult {
  const [yardstick, manual] = subject === 'resession' ? ['express-session', 'manual'] : ['koa-session', 'koa, manual']
  const share = ({ inProcess }: Result, of: string) => inProcess.find(row => row.subject === of && row.visit === visit)?.share
  return {
    what: `${visit}: what ${subject} adds, of what ${yardstick} does`,
    limit: { atMost },
    measured: result => share(result, subject),
    beside(result) {
      const measured = share(result, manual)
      return measured === undefined ? undefined : { subject: manual, measured }
    },
  }
}

const overHttp = ({ http }: Result) => http.find(({ subject, visit }) => subject === 'resession' && visit === 'resumed read')

export const bars: readonly BarOfResult[] = [
  added('resession', 'anonymous', 1 / 10),
  added('resession', 'first write', 1 / 5),
  added('resession', 'resumed read', 1 / 10),
  added('resession', 'resumed write', 1 / 10),
  added('resession', 'rolling', 1 / 10),
  added('resession', 'resumed read, 2 KB', 1 / 3),
  added('resession', 'resumed write, 2 KB', 1 / 3),
  added('resession', 'resumed read, 20 KB', 1 / 3),
  added('resession', 'resumed write, 20 KB', 1 / 3),
  added('resession/koa', 'first write', 1 / 3),
  added('resession/koa', 'resumed read', 1 / 10),
  added('resession/koa', 'resumed write', 1 / 10),
  {
    what: 'resumed read over HTTP: requests per second, of those of the bare server',
    limit: { atLeast: 0.85 },
    measured: result => overHttp(result)?.ofFloor,
  },
  {
    what: 'resumed read over HTTP: requests per second, of those of express-session',
    limit: { atLeast: 2 },
    measured: result => overHttp(result)?.timesYardstick,
  },
  {
    what: 'memory: bytes per session, of those of express-session',
    limit: { atMost: 0.6 },
    // The worst of all numbers of sessions
    measured: ({ memory }) => worst(memory.flatMap(({ subject, share }) => (subject === 'resession' ? (share ?? []) : []))),
  },
]

function worst(shares: readonly number[]): number | undefined {
  return shares.length > 0 ? Math.max(...shares) : undefined
}

/** A bar that could not be measured is not reached. */
export function isReached({ limit, measured = NaN }: MeasuredBar): boolean {
  return 'atMost' in limit ? measured <= limit.atMost : measured >= limit.atLeast
}
