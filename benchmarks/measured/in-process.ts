import { Connection } from './connection'
import { observe, type Observed } from './observe'
import { openSite } from './open-site'
import type { Site } from './site'
import type { Subject } from './subjects'
import { visitNamed } from './visits'

export interface InProcessJob {
  readonly do: 'time'
  readonly subject: Subject
  readonly visit: string
  /** Visits that are looked at, before any are timed. */
  readonly observed: number
  /** Visits before the clock starts. */
  readonly warmUp: number
  readonly timed: number
}

export interface InProcessResult {
  /** Per visit. */
  readonly microseconds: number
  readonly before: readonly Observed[]
  /** One more visit of the first visitor, when all is done: it shows that what was timed has happened. */
  readonly after: Observed
}

/** The time that a visit takes in this process. */
export async function timeInProcess(job: InProcessJob): Promise<InProcessResult> {
  return timeSite(await openSite(job.subject, visitNamed(job.visit)), job)
}

export async function timeSite(
  site: Site,
  { observed, warmUp, timed }: Omit<InProcessJob, 'do' | 'subject' | 'visit'>,
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
