import { resolved } from './build'
import { Child, perform, type Cores } from './child'
import type { Choice } from './command-line'
import { BrokenCase, mustAgree, mustAllAgree, mustBeSame } from './equality'
import type { Filled } from './measured/fill-store'
import type { Load } from './measured/http-client'
import type { Serving } from './measured/http-server'
import type { InProcessResult } from './measured/in-process'
import type { ProcessorTime } from './measured/main'
import type { Observed } from './measured/observe'
import { subjectsAt, YARDSTICK, type Subject } from './measured/subjects'
import type { Visit } from './measured/visits'
import { OBSERVED, type Plan } from './plans'
import type { HttpSample, InProcessSample, MemorySample } from './samples'

/** What the yardstick answers to the first visits, by the visit's name. */
export type Expected = ReadonlyMap<string, readonly Observed[]>

/** Told what comes next. */
export type Say = (progress: string) => void

/** Looks at every case once; the visits beside each other, since no time is taken. @throws AggregateError of those that are broken */
export async function agree({ visits, subjects }: Choice): Promise<Expected> {
  const looks = visits.map(async visit => {
    const results = await timeEach(visit, subjectsAt(visit, subjects), { warmUp: 0, timed: 1 })
    return [visit.name, resultOf(results, YARDSTICK).before] as const
  })
  const ends = await Promise.allSettled(looks)
  const broken: unknown[] = ends.flatMap(end => (end.status === 'rejected' ? [end.reason as unknown] : []))
  if (broken.length > 0) throw new AggregateError(broken, 'the subjects do not do the same')
  return new Map(await Promise.all(looks))
}

/** Each case in a process of its own. */
export async function measureInProcess({ plan, visits, subjects }: Choice, say: Say): Promise<InProcessSample[]> {
  const samples: InProcessSample[] = []
  for (let round = 0; round < plan.inProcess.rounds; round++) {
    for (const visit of visits) {
      say(`in process, round ${round + 1} of ${plan.inProcess.rounds}: ${visit.name}`)
      const results = await timeEach(visit, inTurn(subjectsAt(visit, subjects), round), plan.inProcess)
      for (const [{ name }, { microseconds }] of results) samples.push({ visit: visit.name, subject: name, round, microseconds })
    }
  }
  return samples
}

/** Each case in a server of its own, and a client. */
export async function measureHttp(
  { plan, visits, subjects }: Choice,
  expected: Expected,
  cores: Cores | undefined,
  say: Say,
): Promise<HttpSample[]> {
  const everywhere = subjects.filter(({ inProcessOnly }) => !inProcessOnly)
  const samples: HttpSample[] = []
  for (let round = 0; round < plan.http.rounds; round++) {
    for (const visit of visits) {
      say(`over HTTP, round ${round + 1} of ${plan.http.rounds}: ${visit.name}`)
      for (const subject of inTurn(everywhere, round)) {
        const counts = await serveOnce({ visit, subject, plan: plan.http, expected: expected.get(visit.name) ?? [], cores })
        samples.push({ visit: visit.name, subject: subject.name, round, ...counts })
      }
    }
  }
  return samples
}

/** Each store in a process of its own. */
export async function measureMemory({ plan, subjects }: Choice, say: Say): Promise<MemorySample[]> {
  const { rounds, bytes } = plan.memory
  const withStore = subjects.filter(({ kind, variant }) => kind === 'connect' && variant === undefined)
  const samples: MemorySample[] = []
  for (const sessions of plan.memory.sessions) {
    for (let round = 0; round < rounds; round++) {
      say(`memory, round ${round + 1} of ${rounds}: ${sessions} sessions`)
      const results = new Map<Subject, Filled>()
      for (const subject of inTurn(withStore, round)) {
        const job = { do: 'fill', subject: resolved(subject), sessions, bytes } as const
        results.set(subject, await perform(job, { flags: ['--expose-gc', '--max-old-space-size=4096'] }))
      }
      for (const [{ name }, { last, bytesPerSession }] of results) {
        mustBeSame(`memory, ${name}`, last, resultOf(results, YARDSTICK).last)
        samples.push({ sessions, subject: name, round, bytesPerSession })
      }
    }
  }
  return samples
}

/** The subjects one after the other. They have to agree on what came before the time was taken, and on what comes of it. */
async function timeEach(
  visit: Visit,
  subjects: readonly Subject[],
  { warmUp, timed }: Pick<Plan['inProcess'], 'warmUp' | 'timed'>,
): Promise<ReadonlyMap<Subject, InProcessResult>> {
  const results = new Map<Subject, InProcessResult>()
  for (const subject of subjects) {
    const job = { do: 'time', subject: resolved(subject), visit: visit.name, observed: OBSERVED, warmUp, timed } as const
    results.set(subject, await perform(job))
  }
  mustAllAgree(visit.name, results)
  return results
}

interface HttpCase {
  readonly visit: Visit
  readonly subject: Subject
  readonly plan: Plan['http']
  readonly expected: readonly Observed[]
  readonly cores: Cores | undefined
}

async function serveOnce({ visit, subject, plan, expected, cores }: HttpCase) {
  const what = `${visit.name} over HTTP, ${subject.name}`
  const server = new Child({ do: 'serve', subject: resolved(subject), visit: visit.name, observed: OBSERVED }, { core: cores?.server })
  try {
    const { port, cookies, before } = await server.answer<Serving>()
    mustAgree(what, subject, { before }, { before: expected })
    const visitors = Array.from({ length: plan.connections }, (_, at) => cookies[at % cookies.length] as string)
    const load = (seconds: number) => perform<Load>({ do: 'load', port, cookies: visitors, seconds }, { core: cores?.client })
    await load(plan.warmUpSeconds)
    const start = await server.ask<ProcessorTime>()
    const client = await load(plan.seconds)
    const end = await server.ask<ProcessorTime>()
    const { requests, seconds, failures } = client
    if (failures > 0 || requests === 0) throw new BrokenCase(`${what}: ${failures} failures, ${requests} answers`)
    const processor = end.processor - start.processor
    return {
      requestsPerSecond: requests / seconds,
      processor: processor / requests,
      serverBusy: processor / 1e6 / seconds,
      clientBusy: client.processor / 1e6 / seconds,
    }
  } finally {
    server.end()
  }
}

function resultOf<Result>(results: ReadonlyMap<Subject, Result>, subject: string): Result {
  for (const [{ name }, result] of results) if (name === subject) return result
  throw new Error(`${subject} has to be among the subjects`)
}

/** Every other round backwards, so that whatever drifts, drifts against each of them. */
export function inTurn(subjects: readonly Subject[], round: number): readonly Subject[] {
  return round % 2 === 0 ? subjects : subjects.toReversed()
}
