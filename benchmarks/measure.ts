import { resolved } from './build'
import { Child, perform, type Cores } from './child'
import type { Choice } from './command-line'
import { BrokenCase, mustAgree, mustBeSame } from './equality'
import { resultOf, type Expected } from './in-process'
import type { Filled } from './measured/fill-store'
import type { Load } from './measured/http-client'
import type { Serving } from './measured/http-server'
import type { ProcessorTime } from './measured/main'
import type { Observed } from './measured/observe'
import { YARDSTICK, type Subject } from './measured/subjects'
import type { Visit } from './measured/visits'
import { OBSERVED, type Plan } from './plans'
import { inTurn, turns, type Say } from './rounds'
import type { HttpSample, MemorySample } from './samples'

/** Each case in a server of its own, and a client. */
export async function measureHttp(
  { plan, visits, subjects }: Choice,
  expected: Expected,
  cores: Cores | undefined,
  say: Say,
): Promise<HttpSample[]> {
  const everywhere = subjects.filter(({ inProcessOnly }) => !inProcessOnly)
  const items = visits.filter(({ name }) => plan.http.visits.includes(name))
  const samples: HttpSample[] = []
  for (const [round, visit] of turns({ what: 'over HTTP', rounds: plan.http.rounds, items }, say)) {
    for (const subject of inTurn(everywhere, round)) {
      const counts = await serveOnce({ visit, subject, plan: plan.http, expected: expected.get(visit.name) ?? [], cores })
      samples.push({ visit: visit.name, subject: subject.name, round, ...counts })
    }
  }
  return samples
}

/** Each store in a process of its own. */
export async function measureMemory({ plan, subjects }: Choice, say: Say): Promise<MemorySample[]> {
  const { rounds, bytes } = plan.memory
  const withStore = subjects.filter(({ kind, variant }) => kind === 'connect' && variant === undefined)
  const samples: MemorySample[] = []
  const items = plan.memory.sessions.map(sessions => ({ name: `${sessions} sessions`, sessions }))
  for (const [round, { sessions }] of turns({ what: 'memory', rounds, items }, say)) {
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
  return samples
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
    if (plan.warmUpSeconds > 0) await load(plan.warmUpSeconds)
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
