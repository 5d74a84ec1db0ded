import { Connection } from './connection'
import { observe, type Observed } from './observe'
import { connectSite, loadAfresh } from './site'
import type { Subject } from './subjects'
import { visitNamed, type Visit } from './visits'

/** Two subjects in one process. */
export interface SideBySideJob {
  readonly do: 'compare'
  readonly subjects: readonly [Subject, Subject]
  readonly visit: string
  /** Requests of each subject that are observed before any are timed. */
  readonly observed: number
  /** Requests of each subject before the timing. */
  readonly warmUp: number
  /** The number of quadruples: one block of the first subject, two of the second, one of the first; then the other way round. */
  readonly fours: number
  /** Requests of a block. */
  readonly block: number
}

export interface SideBySideResult {
  /** Microseconds per request for each four blocks. */
  readonly times: readonly (readonly [number, number])[]
  /** The observations of each subject before and after. */
  readonly observed: readonly [readonly Observed[], readonly Observed[]]
}

/** One of the two sites. */
interface Side {
  readonly connection: Connection
  look(): Promise<Observed>
}

/** Times two subjects in short turns: other load on the machine affects both. */
export async function timeSideBySide(job: SideBySideJob): Promise<SideBySideResult> {
  const visit = visitNamed(job.visit)
  const [one, other] = [await openSide(job.subjects[0], visit), await openSide(job.subjects[1], visit)]
  const before = [await looks(one, job.observed), await looks(other, job.observed)] as const
  for (let part = 0; part < job.warmUp; part += job.block) {
    await one.connection.visit(job.block)
    await other.connection.visit(job.block)
  }
  const times: [number, number][] = []
  for (let four = 0; four < job.fours; four++) {
    if (four % 2 === 0) times.push(await timeFour(one, other, job.block))
    else times.push((await timeFour(other, one, job.block)).reverse() as [number, number])
  }
  return {
    times,
    observed: [
      [...before[0], await one.look()],
      [...before[1], await other.look()],
    ],
  }
}

async function openSide({ module = '', options }: Subject, visit: Visit): Promise<Side> {
  const site = await connectSite(loadAfresh(module), visit, options)
  const connection = new Connection(site.listener, site.cookies)
  return { connection, look: () => observe(site, connection.nextCookie, () => connection.ask()) }
}

async function looks(side: Side, times: number): Promise<Observed[]> {
  const seen: Observed[] = []
  for (let visit = 0; visit < times; visit++) seen.push(await side.look())
  return seen
}

/** The first before and after the second, so that growth affects both. */
async function timeFour(first: Side, second: Side, block: number): Promise<[number, number]> {
  const start = await timeBlock(first, block)
  const middle = (await timeBlock(second, block)) + (await timeBlock(second, block))
  const end = await timeBlock(first, block)
  return [(start + end) / 2, middle / 2]
}

/** In microseconds of processor time per request: there are no waits, and other processes are not counted. */
async function timeBlock({ connection }: Side, block: number): Promise<number> {
  const start = process.cpuUsage()
  await connection.visit(block)
  const { user, system } = process.cpuUsage(start)
  return (user + system) / block
}
