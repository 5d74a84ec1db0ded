import { Connection } from './connection'
import { observe, type Observed } from './observe'
import { openSite } from './open-site'
import type { Site } from './site'
import type { Subject } from './subjects'
import { visitNamed, type Visit } from './visits'

export interface InProcessJob {
  readonly do: 'time'
  readonly subject: Subject
  /** Run one after the other; a timed one runs alone. */
  readonly visits: readonly string[]
  /** Requests that are observed before any are timed. */
  readonly observed: number
  /** Requests before the timing. */
  readonly warmUp: number
  readonly timed: number
}

export interface InProcessResult {
  /** Per visit. */
  readonly microseconds: number
  readonly before: readonly Observed[]
  /** One more request of the first client after the timing: it shows that the timed requests had their effect. */
  readonly after: Observed
}

/** Times requests in this process. */
export async function timeInProcess({ subject, visits, observed, ...counts }: InProcessJob): Promise<InProcessResult[]> {
  const results: InProcessResult[] = []
  for (const visit of visits.map(visitNamed)) {
    results.push(await timeSite(await openSite(subject, visit), { observed, ...timesOf(subject, visit, counts) }))
  }
  return results
}

/** The number of requests to a subject, before and during the timing. */
export function timesOf(subject: Subject, visit: Visit, { warmUp, timed }: Pick<InProcessJob, 'warmUp' | 'timed'>) {
  const { fewer = 1 } = subject
  return { warmUp: Math.ceil(warmUp / fewer), timed: Math.ceil(timed / fewer / (visit.fewer ?? 1)) }
}

export async function timeSite(
  site: Site,
  { observed, warmUp, timed }: Omit<InProcessJob, 'do' | 'subject' | 'visits'>,
): Promise<InProcessResult> {
  const connection = new Connection(site.listener, site.cookies)
  const look = () => observe(site, connection.nextCookie, () => connection.ask())
  const before: Observed[] = []
  for (let visit = 0; visit < observed; visit++) before.push(await look())
  await connection.visit(warmUp)
  const start = process.hrtime.bigint()
  await connection.visit(timed)
  const nanoseconds = Number(process.hrtime.bigint() - start)
  await connection.finishRound()
  return { microseconds: nanoseconds / 1000 / timed, before, after: await look() }
}
