import { resolved } from './build'
import { perform } from './child'
import type { Choice } from './command-line'
import { mustAllAgree } from './equality'
import type { InProcessResult } from './measured/in-process'
import type { Observed } from './measured/observe'
import { subjectsAt, YARDSTICK, type Subject } from './measured/subjects'
import type { Visit } from './measured/visits'
import { OBSERVED, type Plan } from './plans'
import { inTurn, turns, type Say } from './rounds'
import type { InProcessSample } from './samples'

/** The responses of `YARDSTICK` to the first requests, by the name of the visit. */
export type Expected = ReadonlyMap<string, readonly Observed[]>

type Results = ReadonlyMap<Subject, InProcessResult>

/** The results of a check of every case. */
export interface Looked {
  readonly expected: Expected
  /** The times of a quick run. */
  readonly samples: readonly InProcessSample[]
}

/**
 * Checks every case once, with all subjects in one process, because no time is measured.
 *
 * @throws AggregateError of the broken cases
 */
export async function agree({ plan, visits, subjects }: Choice): Promise<Looked> {
  const counts = plan.inProcess.apart ? { warmUp: 0, timed: 1 } : plan.inProcess
  const all = new Map(visits.map(visit => [visit, new Map<Subject, InProcessResult>()]))
  const looks = subjects.map(async subject => {
    const own = visits.filter(visit => subjectsAt(visit, [subject]).length > 0)
    const results = await timeCases(subject, own, counts)
    for (const [at, visit] of own.entries()) all.get(visit)?.set(subject, results[at] as InProcessResult)
  })
  await Promise.all(looks)
  const broken = Array.from(all).flatMap(([{ name }, results]) => brokenOf(name, results))
  if (broken.length > 0) throw new AggregateError(broken, 'the subjects do not do the same')
  return {
    expected: new Map(Array.from(all, ([{ name }, results]) => [name, resultOf(results, YARDSTICK).before])),
    samples: Array.from(all).flatMap(([visit, results]) => samplesOf(visit, results, 0)),
  }
}

/** Measures each case in a process of its own. The subjects must agree before and after the timing. */
export async function measureInProcess({ plan, visits, subjects }: Choice, say: Say): Promise<InProcessSample[]> {
  const samples: InProcessSample[] = []
  for (const [round, visit] of turns({ what: 'in process', rounds: plan.inProcess.rounds, items: visits }, say)) {
    const results = await timeEach(visit, inTurn(subjectsAt(visit, subjects), round), plan.inProcess)
    mustAllAgree(visit.name, results)
    samples.push(...samplesOf(visit, results, round))
  }
  return samples
}

/** The number of requests of a visit. */
type Counts = Pick<Plan['inProcess'], 'warmUp' | 'timed'>

/** Times the subjects one after the other. */
export async function timeEach(visit: Visit, subjects: readonly Subject[], counts: Counts): Promise<Results> {
  const results = new Map<Subject, InProcessResult>()
  for (const subject of subjects) {
    const [result] = await timeCases(subject, [visit], counts)
    results.set(subject, result as InProcessResult)
  }
  return results
}

export function samplesOf({ name: visit }: Visit, results: Results, round: number): InProcessSample[] {
  return Array.from(results, ([{ name: subject }, { microseconds }]) => ({ visit, subject, round, microseconds }))
}

/** Times the cases one after the other, in one process. */
function timeCases(subject: Subject, visits: readonly Visit[], { warmUp, timed }: Counts): Promise<InProcessResult[]> {
  const names = visits.map(({ name }) => name)
  return perform({ do: 'time', subject: resolved(subject), visits: names, observed: OBSERVED, warmUp, timed })
}

function brokenOf(visit: string, results: Results): unknown[] {
  try {
    mustAllAgree(visit, results)
    return []
  } catch (err) {
    return [err]
  }
}

export function resultOf<Result>(results: ReadonlyMap<Subject, Result>, subject: string): Result {
  for (const [{ name }, result] of results) if (name === subject) return result
  throw new Error(`${subject} has to be among the subjects`)
}
