import { Connection } from '../connection'
import { observe, type Observed } from '../observe'
import { openSite } from '../open-site'
import type { Subject } from '../subjects'
import { visitNamed } from '../visits'
import { withOthers, type Others } from './other-cookies'
import type { Grown } from './job'

export interface VisitsJob {
  readonly what: 'visits'
  readonly visit: string
  /** The size of the sessions' data. */
  readonly bytes: number
  /** The other cookies that the clients send. */
  readonly others?: Others
  /** The curve of the time. */
  readonly curve: string
  readonly observed: number
  /** Requests before the timing: a fixed time would be too short for the compiler on a slow machine. */
  readonly warmUp: number
  readonly seconds: number
}

/** The number of requests between two readings of the clock. */
const BLOCK = 100

/** The processor time of a request, in microseconds. */
export async function timeVisits(subject: Subject, job: VisitsJob): Promise<Grown> {
  const site = await openSite(subject, { ...visitNamed(job.visit), bytes: job.bytes })
  const { others } = job
  const connection = new Connection(site.listener, others ? site.cookies.map(own => withOthers(own, others)) : site.cookies)
  const before: Observed[] = []
  for (let visit = 0; visit < job.observed; visit++) before.push(await observe(site, connection.nextCookie, () => connection.ask()))
  await connection.visit(job.warmUp)
  return { values: { [job.curve]: await timeFor(connection, job.seconds) }, before }
}

async function timeFor(connection: Connection, seconds: number): Promise<number> {
  const start = process.cpuUsage()
  for (let visits = BLOCK; ; visits += BLOCK) {
    await connection.visit(BLOCK)
    const { user, system } = process.cpuUsage(start)
    if (user + system >= seconds * 1e6) return (user + system) / visits
  }
}
