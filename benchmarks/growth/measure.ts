import { resolved } from '../build'
import { perform } from '../child'
import { mustAllAgree, type Seen } from '../equality'
import type { Grown } from '../measured/growth/job'
import type { Subject } from '../measured/subjects'
import type { Plan } from '../plans'
import { inTurn, type Say } from '../rounds'
import type { Group, Point } from './groups'

/** A point of a curve, in one round. */
export interface GrowthSample {
  readonly group: string
  readonly curve: string
  readonly subject: string
  readonly at: number
  readonly round: number
  readonly value: number
}

/** Ten million hits take minutes. */
const WAY = { flags: ['--expose-gc', '--max-old-space-size=4096'], minutes: 30 }

/** Each point in a process of its own. */
export async function measureGrowth(groups: readonly Group[], plan: Plan['growth'], say: Say): Promise<GrowthSample[]> {
  const samples: GrowthSample[] = []
  for (const [at, group] of groups.entries()) {
    const rounds = Math.min(group.rounds ?? Infinity, plan.rounds)
    for (let round = 0; round < rounds; round++) {
      say(`growth, round ${round + 1} of ${rounds}: ${group.name}`, (at + round / rounds) / groups.length)
      for (const point of group.points(plan)) {
        for (const [subject, { values }] of await grown(group, point, round)) {
          for (const [curve, value] of Object.entries(values)) {
            samples.push({ group: group.name, curve, subject: subject.name, at: point.at, round, value })
          }
        }
      }
    }
  }
  return samples
}

async function grown(group: Group, { at, job }: Point, round: number): Promise<ReadonlyMap<Subject, Grown>> {
  const results = new Map<Subject, Grown>()
  const seen = new Map<Subject, Seen>()
  for (const subject of inTurn(group.subjects, round)) {
    const result = await perform<Grown>({ do: 'grow', subject: resolved(subject), ...job(subject) }, WAY)
    results.set(subject, result)
    if (result.before) seen.set(subject, { before: result.before })
  }
  mustAllAgree(`${group.name}, ${at} ${group.along}`, seen)
  return results
}
