import { resolved } from './build'
import { perform } from './child'
import type { Choice } from './command-line'
import { mustAgree, mustBeSame } from './equality'
import type { SideBySideResult } from './measured/side-by-side'
import { pairsAt, type Pair } from './measured/subjects'
import type { Visit } from './measured/visits'
import type { Expected } from './in-process'
import { OBSERVED, type Plan } from './plans'
import { turns, type Say } from './rounds'
import type { SideBySideSample } from './samples'
import { median } from './spread'

/** Compares variants of a package with the package, and each variant with itself, in a process for each pair. */
export async function measureSideBySide({ plan, visits, pairs }: Choice, expected: Expected, say: Say): Promise<SideBySideSample[]> {
  const samples: SideBySideSample[] = []
  const items = pairs.length > 0 ? visits.filter(({ name }) => plan.sideBySide.visits.includes(name)) : []
  for (const [round, visit] of turns({ what: 'side by side', rounds: plan.sideBySide.rounds, items }, say)) {
    for (const pair of pairsAt(visit, pairs)) samples.push({ ...(await compare(pair, visit, plan.sideBySide, expected, round)), round })
  }
  return samples
}

/** The order alternates between rounds: the subject that is loaded first may have an advantage. */
async function compare(
  pair: Pair,
  visit: Visit,
  { warmUp, fours, block }: Plan['sideBySide'],
  expected: Expected,
  round: number,
): Promise<Omit<SideBySideSample, 'round'>> {
  const inTurn = <Value>(two: readonly [Value, Value]): readonly [Value, Value] => (round % 2 === 0 ? two : [two[1], two[0]])
  const subjects = inTurn([resolved(pair[0]), resolved(pair[1])])
  const job = { do: 'compare', subjects, visit: visit.name, observed: OBSERVED, warmUp, fours, block } as const
  const { times, observed } = await perform<SideBySideResult>(job)
  const [subject, beside] = pair
  const what = `${visit.name} side by side, ${subject.name} and ${beside.name}`
  for (const seen of observed) mustAgree(what, subject, { before: seen.slice(0, OBSERVED) }, { before: expected.get(visit.name) ?? [] })
  mustBeSame(what, observed[0], observed[1])
  const both = times.map(inTurn)
  return {
    visit: visit.name,
    subject: subject.name,
    beside: beside.name,
    microseconds: median(both.map(([own]) => own)),
    besideMicroseconds: median(both.map(([, other]) => other)),
    ratio: median(both.map(([own, other]) => own / other)),
  }
}
