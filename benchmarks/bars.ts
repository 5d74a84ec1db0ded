import type { Result } from './report/result'

/** What the project has set itself: a row here is a row of the report. */
export interface Bar {
  readonly what: string
  readonly limit: { readonly atMost: number } | { readonly atLeast: number }
  /** Nothing where it was not measured. */
  readonly measured: (result: Result) => number | undefined
}

/** What ours adds to the floor of a visit, of what its yardstick adds. */
function added(subject: string, visit: string, atMost: number): Bar {
  const rowOf = ({ inProcess }: Result) => inProcess.find(row => row.subject === subject && row.visit === visit)
  const yardstick = subject === 'resession' ? 'express-session' : 'koa-session'
  return { what: `${visit}: what ${subject} adds, of what ${yardstick} does`, limit: { atMost }, measured: result => rowOf(result)?.share }
}

const overHttp = ({ http }: Result) => http.find(({ subject, visit }) => subject === 'resession' && visit === 'resumed read')

/** Of issues 5 and 6. */
export const bars: readonly Bar[] = [
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
    // Of the numbers of sessions, the worst
    measured: ({ memory }) => worst(memory.flatMap(({ subject, share }) => (subject === 'resession' ? (share ?? []) : []))),
  },
]

function worst(shares: readonly number[]): number | undefined {
  return shares.length > 0 ? Math.max(...shares) : undefined
}

export function isReached({ limit }: Bar, measured: number): boolean {
  return 'atMost' in limit ? measured <= limit.atMost : measured >= limit.atLeast
}
