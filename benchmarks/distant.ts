import { randomBytes } from 'node:crypto'
import { resolved } from './build'
import { Child, perform, type Cores } from './child'
import type { Choice } from './command-line'
import { engines, targetOf, urlThrough, type Engine, type Line } from './engines'
import { mustAgree } from './equality'
import type { Asked, Delaying } from './measured/delaying-proxy'
import type { StorePlace } from './measured/distant-store'
import type { Serving } from './measured/http-server'
import type { Latencies } from './measured/latency-client'
import { subjectsFar, type Subject } from './measured/subjects'
import type { Visit } from './measured/visits'
import type { Expected } from './in-process'
import { OBSERVED, type Plan } from './plans'
import { inTurn, turns, type Say } from './rounds'
import type { DistantSample } from './samples'
import { median, rounded } from './spread'

/** An engine that was found. */
export interface Found extends Pick<Engine, 'name' | 'store'> {
  readonly version: string
  /** The time of the smallest request, in microseconds: direct, and through the delay. */
  readonly near: number
  readonly far: number
}

/** The results with the sessions in the available engines. */
export interface Distant {
  readonly engines: readonly Found[]
  readonly samples: readonly DistantSample[]
}

/** The number of pings, of which `near` and `far` are the medians. */
const PINGS = 200

/**
 * Measures each case in a server of its own, with a client that sends one request at a time.
 *
 * @returns undefined if there is no engine
 */
export async function measureDistant(choice: Choice, expected: Expected, cores: Cores | undefined, say: Say): Promise<Distant | undefined> {
  const found: Found[] = []
  const samples: DistantSample[] = []
  for (const [at, engine] of (choice.distantSubjects.length > 0 ? engines : []).entries()) {
    const sayPart: Say = (progress, part) => say(progress, (at + part) / engines.length)
    const line = await engine.connect(engine.url).catch(() => undefined)
    if (!line) {
      say(`no ${engine.name} at ${engine.url}: nothing is measured with sessions in it`, 1)
      continue
    }
    const proxy = new Child({ do: 'delay', engine: engine.name, target: targetOf(engine), ...choice.plan.distant })
    const prefix = `resession_benchmark_${randomBytes(8).toString('hex')}`
    try {
      const { port } = await proxy.answer<Delaying>()
      const place = { engine: engine.name, url: urlThrough(engine, port), prefix }
      const { name, store } = engine
      found.push({ name, store, version: await line.version(), near: await pingTime(line), far: await pingTimeAt(engine, place.url) })
      samples.push(...(await measureAt({ choice, place, line, proxy, expected, cores, say: sayPart })))
    } finally {
      proxy.end()
      await line.clear(prefix)
      await line.close()
    }
  }
  return found.length > 0 ? { engines: found, samples } : undefined
}

interface At {
  readonly choice: Choice
  readonly place: StorePlace
  readonly line: Line
  readonly proxy: Child
  readonly expected: Expected
  readonly cores: Cores | undefined
  readonly say: Say
}

async function measureAt({ choice, place, line, proxy, expected, cores, say }: At): Promise<DistantSample[]> {
  const { rounds, visits } = choice.plan.distant
  const { engine } = place
  const subjects = subjectsFar(engine, choice.distantSubjects)
  const samples: DistantSample[] = []
  const items = choice.visits.filter(({ name }) => visits.includes(name))
  for (const [round, visit] of turns({ what: `far away in ${engine}`, rounds, items }, say)) {
    for (const subject of inTurn(subjects, round)) {
      const seen = await askOnce({ visit, subject, plan: choice.plan.distant, place, proxy, expected, cores })
      await line.clear(place.prefix)
      samples.push({ engine, visit: visit.name, subject: subject.name, round, ...seen })
    }
  }
  return samples
}

interface DistantCase extends Pick<At, 'place' | 'proxy' | 'expected' | 'cores'> {
  readonly visit: Visit
  readonly subject: Subject
  readonly plan: Plan['distant']
}

async function askOnce({ visit, subject, plan, place, proxy, expected, cores }: DistantCase): Promise<Latencies & { asked: number }> {
  const job = { do: 'serve', subject: resolved(subject), visit: visit.name, observed: OBSERVED, place } as const
  const server = new Child(job, { core: cores?.server })
  const { warmUp, timed } = plan
  try {
    const { port, cookies, before } = await server.answer<Serving>()
    mustAgree(`${visit.name} far away, ${subject.name}`, subject, { before }, { before: expected.get(visit.name) ?? [] })
    const ask = (timed: number) => perform<Latencies>({ do: 'ask', port, cookies, warmUp: 0, timed }, { core: cores?.client })
    await ask(warmUp)
    const first = await proxy.ask<Asked>()
    const latencies = await ask(timed)
    const last = await proxy.ask<Asked>()
    return { ...latencies, asked: (last.asked - first.asked) / timed }
  } finally {
    server.end()
  }
}

async function pingTimeAt(engine: Engine, url: string): Promise<number> {
  const line = await engine.connect(url)
  const time = await pingTime(line)
  await line.close()
  return time
}

async function pingTime(line: Line): Promise<number> {
  const times: number[] = []
  for (let ping = 0; ping < PINGS; ping++) {
    const start = process.hrtime.bigint()
    await line.ping()
    times.push(Number(process.hrtime.bigint() - start) / 1000)
  }
  return rounded(median(times))
}
