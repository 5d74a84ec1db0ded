import { parseArgs } from 'node:util'
import { subjects, YARDSTICK, type Subject } from './measured/subjects'
import { visits, type Visit } from './measured/visits'
import { plans, type Plan } from './plans'

/** What is to be run. */
export interface Choice {
  readonly plan: Plan
  readonly visits: readonly Visit[]
  readonly subjects: readonly Subject[]
  /** Whether all of the plan is run: only then are results written. */
  readonly complete: boolean
}

/** @throws Error where the words make no sense */
export function readCommandLine(words: string[]): Choice {
  const { values } = parseArgs({ args: words, options: { quick: { type: 'boolean' }, only: { type: 'string', multiple: true } } })
  const only = values.only ?? []
  const chosenVisits = visits.filter(({ name }) => only.includes(name))
  const chosenSubjects = subjects.filter(({ name }) => only.includes(name))
  if (chosenVisits.length + chosenSubjects.length < only.length) throw new Error(`--only takes ${namesOf(visits)}, ${namesOf(subjects)}`)
  return {
    plan: values.quick ? plans.quick : plans.full,
    visits: chosenVisits.length > 0 ? chosenVisits : visits,
    subjects: chosenSubjects.length > 0 ? withWhatTheyNeed(chosenSubjects) : subjects,
    complete: only.length === 0 && !values.quick,
  }
}

/** Nobody's added time is known without the floor, and whether the answers are right not without the yardstick. */
function withWhatTheyNeed(chosen: readonly Subject[]): Subject[] {
  return subjects.filter(
    subject =>
      chosen.includes(subject) || subject.name === YARDSTICK || [...chosen, yardstick()].some(({ floor }) => floor === subject.name),
  )
}

function yardstick(): Subject {
  return subjects.find(({ name }) => name === YARDSTICK) as Subject
}

function namesOf(rows: readonly { readonly name: string }[]): string {
  return rows.map(({ name }) => `"${name}"`).join(', ')
}
