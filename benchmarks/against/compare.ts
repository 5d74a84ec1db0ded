import { build, resolved } from '../build'
import type { Choice } from '../command-line'
import { mustAgree } from '../equality'
import { secondsOf } from '../estimate'
import { resultOf, samplesOf, timeEach } from '../in-process'
import { subjects as table, subjectsAt, type Subject } from '../measured/subjects'
import { Progress } from '../progress'
import { inTurn, turns, type Say } from '../rounds'
import type { InProcessSample } from '../samples'
import { againstRows, type AgainstRow } from './rows'
import { commitOf, withBuilt } from './checkout'

/** Our package now and at the earlier commit, over the same floor. */
export interface Contest {
  readonly floor: Subject
  readonly now: Subject
  readonly then: Subject
}

/**
 * Compares each visit of this checkout with that of another commit.
 *
 * @param print receives the progress
 */
export async function compare(choice: Choice, ref: string, print: (line: string) => void): Promise<AgainstRow[]> {
  const ours = oursAmong(choice.subjects)
  const commit = commitOf(ref)
  build()
  return withBuilt(commit, async folder => {
    const contests = ours.flatMap(subject => contestOf(subject, ref, folder) ?? [])
    if (contests.length === 0) throw new Error(`${ref} has nothing of what was chosen`)
    const seconds = contests.map(contest => [contest.now.name, secondsOf(chosenFor(contest, choice)).inProcess] as const)
    const progress = new Progress(Object.fromEntries(seconds), print)
    const rows: AgainstRow[] = []
    for (const contest of contests) rows.push(...(await hold(contest, chosenFor(contest, choice), progress.of(contest.now.name))))
    return rows
  })
}

/** The three subjects take turns in each round. */
async function hold({ now, then, floor }: Contest, { plan, visits, subjects }: Choice, say: Say): Promise<AgainstRow[]> {
  const samples: InProcessSample[] = []
  for (const [round, visit] of turns({ what: now.name, rounds: plan.inProcess.rounds, items: visits }, say)) {
    const results = await timeEach(visit, inTurn(subjects, round), plan.inProcess)
    // A floor keeps counting, and a session in the cookie counts from the cookie that is sent: their last requests differ
    for (const subject of then.inCookie ? [now] : [floor, now])
      mustAgree(visit.name, subject, resultOf(results, subject.name), resultOf(results, then.name))
    samples.push(...samplesOf(visit, results, round))
  }
  return againstRows(samples, subjects)
}

/** @throws Error if nothing of it is ours */
function oursAmong(chosen: readonly Subject[]): Subject[] {
  const ours = chosen.filter(({ module, variant }) => module?.startsWith('resession') && variant === undefined)
  if (ours.length === 0) throw new Error('--against compares what is ours, and nothing of that was chosen')
  return ours
}

/**
 * The earlier version is the yardstick. Cookies and records may have changed since; responses and data may not.
 *
 * @param folder where it is built
 * @returns undefined if it had no such module
 */
export function contestOf(subject: Subject, ref: string, folder: string): Contest | undefined {
  const name = `${subject.name} at ${ref}`
  const floor = table.find(({ name }) => name === subject.floor) as Subject
  try {
    return { floor, now: { ...subject, yardstick: name }, then: { ...resolved(subject, folder), name, yardstick: name } }
  } catch {
    return undefined
  }
}

function chosenFor({ floor, now, then }: Contest, choice: Choice): Choice {
  const visits = choice.visits.filter(visit => subjectsAt(visit, [now]).length > 0)
  return { ...choice, visits, subjects: [floor, now, then] }
}
