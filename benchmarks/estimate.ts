import type { Choice } from './command-line'
import type { Growing } from './measured/growth/job'
import { engines } from './engines'
import { timesOf } from './measured/in-process'
import { pairsAt, subjectsAt, subjectsFar } from './measured/subjects'

/** The slow groups. */
export type Group = 'inProcess' | 'sideBySide' | 'http' | 'distant' | 'memory' | 'growth'

/** Estimates in seconds, for a common machine; the run corrects them. The time to start and check a process. */
const START = 0.3
const VISIT = 40e-6
/** The time per byte of the session's data, for a request. */
const BYTE = 17e-9
/** A request without a session. */
const HIT = 12e-6
/** The time to put a session into a memory store. */
const FILL = 5e-6

/** The estimated duration of each group, in seconds. */
export function secondsOf(choice: Choice): Readonly<Record<Group, number>> {
  const { sideBySide, http, distant, memory } = choice.plan
  const visitsOf = (names: readonly string[]): number => choice.visits.filter(({ name }) => names.includes(name)).length
  const everywhere = choice.subjects.filter(({ inProcessOnly }) => !inProcessOnly).length
  const pairs = choice.visits
    .filter(({ name }) => sideBySide.visits.includes(name))
    .reduce((sum, visit) => sum + pairsAt(visit, choice.pairs).length, 0)
  const blocks = 4 * sideBySide.fours * sideBySide.block
  const farAway = engines.flatMap(({ name }) => subjectsFar(name, choice.distantSubjects)).length
  const request = (3 * distant.milliseconds) / 1000
  const sum = memory.sessions.reduce((all, sessions) => all + sessions, 0)
  return {
    inProcess: inProcessSeconds(choice),
    sideBySide: sideBySide.rounds * pairs * (START + VISIT * (2 * sideBySide.warmUp + blocks)),
    http: http.rounds * visitsOf(http.visits) * everywhere * (3 * START + http.warmUpSeconds + http.seconds),
    distant: distant.rounds * visitsOf(distant.visits) * farAway * (2 * START + request * (distant.warmUp + distant.timed)),
    memory: 2 * memory.rounds * (memory.sessions.length * START + FILL * sum),
    growth: growthSeconds(choice),
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

function growthSeconds({ plan, growth }: Choice): number {
  const seconds = growth.map(group => {
    const jobs = group.points(plan.growth).flatMap(({ job }) => group.subjects.map(job))
    return Math.min(group.rounds ?? Infinity, plan.growth.rounds) * jobs.reduce((sum, job) => sum + START + growingSeconds(job), 0)
  })
  return seconds.reduce((sum, one) => sum + one, 0)
}

function growingSeconds(job: Growing): number {
  switch (job.what) {
    case 'store':
      return FILL * (job.sessions + job.times)
    case 'prune':
      return FILL * job.sessions
    case 'hits':
      return HIT * job.hits
    case 'visits':
      return job.warmUp * (VISIT + BYTE * job.bytes) + job.seconds
  }
}
