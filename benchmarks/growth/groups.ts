import type { Growing } from '../measured/growth/job'
import { FORMS } from '../measured/growth/other-cookies'
import { BYTES } from '../measured/record'
import { subjects, YARDSTICK, type Subject } from '../measured/subjects'
import { OBSERVED, type Plan } from '../plans'

/** A quantity that grows, and the costs that grow with it. */
export interface Group {
  readonly name: string
  readonly title: string
  /** The quantity along the curves. */
  readonly along: string
  /** Whether the time of the floor is subtracted. */
  readonly added: boolean
  /** The number of rounds, if those of the plan would only repeat exact results. */
  readonly rounds?: number
  readonly subjects: readonly Subject[]
  readonly points: (plan: Plan['growth']) => readonly Point[]
}

/** One process for each subject. */
export interface Point {
  readonly at: number
  readonly job: (subject: Subject) => Growing
}

const OURS = 'resession'
const compared = subjects.filter(({ name }) => ['none', OURS, YARDSTICK].includes(name))
const stores = compared.filter(({ floor }) => floor !== undefined)

export const groups: readonly Group[] = [
  {
    name: 'store size',
    title: 'A memory store with more and more sessions: nanoseconds per call',
    along: 'sessions',
    added: false,
    subjects: stores,
    points: ({ sessions, calls }) => sessions.map(at => ({ at, job: () => ({ what: 'store', sessions: at, times: calls }) })),
  },
  {
    name: 'pruning',
    title: 'A memory store whose sessions have all expired: how long it stops the process',
    along: 'sessions',
    added: false,
    subjects: stores,
    points: ({ expired: at }) =>
      [true, false].map(expired => ({
        at,
        // It removes them when the sessions are listed, and at no other time
        job: ({ name }) => ({ what: 'prune', sessions: at, expired, by: name === YARDSTICK ? 'listing' : 'writes' }),
      })),
  },
  {
    name: 'anonymous hits',
    title: 'Strangers who leave nothing: what is left of them',
    along: 'hits',
    added: false,
    rounds: 1,
    // Ten million of them take two minutes
    subjects: compared.filter(({ name }) => name === OURS),
    points: ({ hits }) => [{ at: hits, job: () => ({ what: 'hits', hits }) }],
  },
  {
    name: 'data size',
    title: 'More and more data in each session: microseconds added to a visit',
    along: 'KB',
    added: true,
    subjects: compared,
    points: plan =>
      ['resumed read', 'resumed write'].flatMap(visit =>
        plan.kilobytes.map(at => ({ at, job: () => timed({ ...plan, warmUp: warmUpOf(plan, at) }, visit, visit, { bytes: at * 1000 }) })),
      ),
  },
  {
    name: 'cookies',
    title: 'More and more cookies beside that of the session, which comes last: microseconds added to a resumed read',
    along: 'cookies',
    added: true,
    subjects: compared,
    points: plan =>
      plan.cookies.map(at => ({ at, job: () => timed(plan, 'resumed read', 'cookies', { bytes: BYTES, others: { cookies: at - 1 } }) })),
  },
  {
    name: 'large header',
    title: 'A Cookie header as large as Node lets in, the session last in it: microseconds added to a resumed read',
    along: 'bytes',
    added: true,
    subjects: compared,
    points: plan =>
      FORMS.map(form => ({
        at: plan.header,
        job: () => timed(plan, 'resumed read', form, { bytes: BYTES, others: { bytes: plan.header, form } }),
      })),
  },
]

/** With more data, each visit that is warm from the start does more work: all of JSON. */
function warmUpOf({ warmUp }: Plan['growth'], kilobytes: number): number {
  return Math.ceil(warmUp / Math.min(10, Math.max(1, kilobytes / 3)))
}

function timed({ warmUp, seconds }: Plan['growth'], visit: string, curve: string, rest: object): Growing {
  return { what: 'visits', visit, curve, observed: OBSERVED, warmUp, seconds, bytes: BYTES, ...rest }
}
