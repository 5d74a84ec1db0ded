import { randomBytes } from 'node:crypto'
import { resolved } from './build'
import { Child, perform, type Cores } from './child'
import type { Choice } from './command-line'
import { mustAgree } from './equality'
import type { Delaying } from './measured/delaying-proxy'
import type { Serving } from './measured/http-server'
import type { Latencies } from './measured/latency-client'
import type { Subject } from './measured/subjects'
import type { Visit } from './measured/visits'
import type { Expected } from './in-process'
import { OBSERVED, type Plan } from './plans'
import { connectRedis, REDIS, redisVersion, removeKeys, targetOf, urlThrough, type RedisClient } from './redis'
import type { DistantSample } from './samples'
import { inTurn, turns, type Say } from './rounds'
import { median, rounded } from './spread'

/** What was measured with the sessions in Redis. */
export interface Distant {
  readonly redis: string
  /** How long Redis takes for the smallest thing, in microseconds: as it is, and from where the sessions are. */
  readonly near: number
  readonly far: number
  readonly samples: readonly DistantSample[]
}

/** Of which `near` and `far` are the medians. */
const PINGS = 200

/** Each case in a server of its own, and a client that asks for one thing after the other. @returns nothing where there is no Redis */
export async function measureDistant(choice: Choice, expected: Expected, cores: Cores | undefined, say: Say): Promise<Distant | undefined> {
  if (choice.distantSubjects.length === 0) return undefined
  const client = await connectRedis()
  if (!client) {
    say(`no Redis at ${REDIS}: nothing is measured with a store that is far away`, 1)
    return undefined
  }
  const plan = choice.plan.distant
  const proxy = new Child({ do: 'delay', target: targetOf(), milliseconds: plan.milliseconds })
  const prefix = `resession-benchmark-${randomBytes(8).toString('hex')}:`
  try {
    const { port } = await proxy.answer<Delaying>()
    const place = { url: urlThrough(port), prefix }
    const distance = { near: await pingTime(REDIS), far: await pingTime(place.url) }
    const samples: DistantSample[] = []
    const items = choice.visits.filter(({ name }) => plan.visits.includes(name))
    for (const [round, visit] of turns({ what: 'far away', rounds: plan.rounds, items }, say)) {
      for (const subject of inTurn(choice.distantSubjects, round)) {
        const latencies = await askOnce({ visit, subject, plan, place, expected, cores })
        await removeKeys(client, prefix)
        samples.push({ visit: visit.name, subject: subject.name, round, ...latencies })
      }
    }
    return { redis: await redisVersion(client), ...distance, samples }
  } finally {
    proxy.end()
    await removeKeys(client, prefix)
    await client.close()
  }
}

interface DistantCase {
  readonly visit: Visit
  readonly subject: Subject
  readonly plan: Plan['distant']
  readonly place: { readonly url: string; readonly prefix: string }
  readonly expected: Expected
  readonly cores: Cores | undefined
}

async function askOnce({ visit, subject, plan, place, expected, cores }: DistantCase): Promise<Latencies> {
  const job = { do: 'serve', subject: resolved(subject), visit: visit.name, observed: OBSERVED, place } as const
  const server = new Child(job, { core: cores?.server })
  try {
    const { port, cookies, before } = await server.answer<Serving>()
    mustAgree(`${visit.name} far away, ${subject.name}`, subject, { before }, { before: expected.get(visit.name) ?? [] })
    const { warmUp, timed } = plan
    return await perform<Latencies>({ do: 'ask', port, cookies, warmUp, timed }, { core: cores?.client })
  } finally {
    server.end()
  }
}

async function pingTime(url: string): Promise<number> {
  const client = (await connectRedis(url)) as RedisClient
  const times: number[] = []
  for (let ping = 0; ping < PINGS; ping++) {
    const start = process.hrtime.bigint()
    await client.ping()
    times.push(Number(process.hrtime.bigint() - start) / 1000)
  }
  await client.close()
  return rounded(median(times))
}
