import type { Choice } from './command-line'
import { timesOf } from './measured/in-process'
import { subjectsAt } from './measured/subjects'

/** The groups that take long. */
export type Group = 'inProcess' | 'sideBySide' | 'http' | 'distant' | 'memory' | 'growth'

/** What a process takes to start and to be looked at, and a visit in process, on a common machine, in seconds; the run finds out by how much this one differs. */
const START = 0.4
const VISIT = 40e-6
/** To fill a memory store, for each session. */
const FILL = 5e-6
/** A group of those that grow, in a round. */
const GROWTH = 20

/** About how long each group takes, in seconds. */
export function secondsOf(choice: Choice): Readonly<Record<Group, number>> {
  const { sideBySide, http, distant, memory, growth } = choice.plan
  const visitsOf = (names: readonly string[]): number => choice.visits.filter(({ name }) => names.includes(name)).length
  const everywhere = choice.subjects.filter(({ inProcessOnly }) => !inProcessOnly).length
  const blocks = 4 * sideBySide.fours * sideBySide.block
  const request = (3 * distant.milliseconds) / 1000
  const sum = memory.sessions.reduce((all, sessions) => all + sessions, 0)
  return {
    inProcess: inProcessSeconds(choice),
    sideBySide: sideBySide.rounds * visitsOf(sideBySide.visits) * choice.pairs.length * (START + VISIT * (2 * sideBySide.warmUp + blocks)),
    http: http.rounds * visitsOf(http.visits) * everywhere * (3 * START + http.warmUpSeconds + http.seconds),
    distant:
      distant.rounds * visitsOf(distant.visits) * choice.distantSubjects.length * (2 * START + request * (distant.warmUp + distant.timed)),
    memory: 2 * memory.rounds * (memory.sessions.length * START + FILL * sum),
    growth: choice.growth.length * growth.rounds * GROWTH,
  }
}

function inProcessSeconds({ plan, visits, subjects }: Choice): number {
  if (!plan.inProcess.apart) return 0
  const cases = visits.flatMap(visit => subjectsAt(visit, subjects).map(subject => ({ subject, visit })))
  const seconds = cases.map(({ subject, visit }) => {
    const { warmUp, timed } = timesOf(subject, visit, plan.inProcess)
    return START + VISIT * (subject.fewer ?? 1) * (visit.fewer ?? 1) * (warmUp + timed)
  })
  return plan.inProcess.rounds * seconds.reduce((sum, one) => sum + one, 0)
}
