import { parseArgs } from 'node:util'
import { distantSubjects, subjects, YARDSTICK, type Subject } from './measured/subjects'
import { visits, type Visit } from './measured/visits'
import { groups, type Group } from './growth/groups'
import { plans, type Plan } from './plans'

/** The selected measurements. */
export interface Choice {
  readonly plan: Plan
  readonly visits: readonly Visit[]
  readonly subjects: readonly Subject[]
  /** Pairs of subjects that are timed side by side. */
  readonly pairs: readonly (readonly [Subject, Subject])[]
  /** Subjects that are measured with a distant store. */
  readonly distantSubjects: readonly Subject[]
  /** The growth measurements. */
  readonly growth: readonly Group[]
  /** Whether requests of one session that overlap are measured. */
  readonly overlap: boolean
  /** The commit to compare with; nothing else is measured then. */
  readonly against?: string | undefined
  /** Whether the whole plan is run: only then are results written. */
  readonly complete: boolean
  /** Whether the results of overlapping requests are written, which are stored separately. */
  readonly writesOverlap: boolean
}

/** @throws Error if the arguments are invalid */
export function readCommandLine(words: string[]): Choice {
  const { values } = parseArgs({
    args: words,
    options: { quick: { type: 'boolean' }, only: { type: 'string', multiple: true }, against: { type: 'string' } },
  })
  const only = values.only ?? []
  const chosenVisits = visits.filter(({ name }) => only.includes(name))
  const chosenSubjects = subjects.filter(({ name }) => only.includes(name))
  const chosenDistant = distantSubjects.filter(({ name, floor }) => floor !== undefined && only.includes(name))
  const growth = only.length === 0 ? groups : groups.filter(({ name }) => only.includes(name))
  const overlap = only.length === 0 || only.includes(OVERLAP)
  const apart = [...groups.map(({ name }) => name), OVERLAP]
  const onlyApart = only.length > 0 && only.every(name => apart.includes(name))
  const known = [...[...visits, ...subjects, ...distantSubjects].map(({ name }) => name), ...apart]
  if (only.some(name => !known.includes(name)))
    throw new Error(`--only takes ${Array.from(new Set(known), name => `"${name}"`).join(', ')}`)
  const all = chosenSubjects.length + chosenDistant.length === 0
  const chosen = all ? subjects : withWhatTheyNeed(chosenSubjects)
  return {
    plan: values.quick ? plans.quick : plans.full,
    visits: chosenVisits.length > 0 ? chosenVisits : visits,
    subjects: chosen,
    pairs: pairsOf(chosen),
    distantSubjects: all ? distantSubjects : withYardstick(chosenDistant),
    growth,
    overlap,
    ...(onlyApart && NOTHING_ELSE),
    against: values.against,
    complete: only.length === 0 && !values.quick && values.against === undefined,
    writesOverlap: overlap && !values.quick,
  }
}

const OVERLAP = 'overlap'

const NOTHING_ELSE = { visits: [], subjects: [], pairs: [], distantSubjects: [] } as const

/** Adds the subjects that the chosen ones depend on: the floor for the added time, the original of a variant, and the yardstick for the checks. */
function withWhatTheyNeed(chosen: readonly Subject[]): Subject[] {
  const needs = ({ floor, variant, yardstick }: Subject): unknown[] => [floor, variant, yardstick, YARDSTICK]
  const needed = new Set<unknown>(chosen.flatMap(subject => [subject.name, ...needs(subject)]))
  // The needs of the needed: only floors, which need nothing else
  for (const subject of subjects) if (needed.has(subject.name)) needed.add(subject.floor)
  return subjects.filter(({ name }) => needed.has(name))
}

function withYardstick(chosen: readonly Subject[]): Subject[] {
  return distantSubjects.filter(
    subject => chosen.includes(subject) || (chosen.length > 0 && (subject.floor === undefined || subject.name === YARDSTICK)),
  )
}

/** Pairs each variant with its original, and with itself: the deviation of the latter shows the accuracy of the comparison. */
function pairsOf(chosen: readonly Subject[]): (readonly [Subject, Subject])[] {
  return chosen.flatMap(variant => {
    const original = chosen.find(({ name }) => name === variant.variant)
    return original
      ? ([
          [original, variant],
          [variant, variant],
        ] as const)
      : []
  })
}
