import type { Scenario, Visit } from './scenario'
import type { Observation } from './world'

/** An intended difference from express-session. Each is listed in docs/compatibility.md under its id. */
export interface Difference {
  readonly id: string
  /** Whether the difference can appear in the visit. */
  readonly shows: (visit: Visit, scenario: Scenario, index: number) => boolean
  /** Reduces an observation to its comparable part; undefined if the two diverge from here on. */
  readonly comparable: (seen: Observation, visit: Visit) => Observation | undefined
}

const does = (visit: Visit, ...names: string[]): boolean => visit.actions.some(action => names.includes(action.do))

/** Whether the client may have a session. */
const sendsId = ({ cookie }: Visit): boolean => !['none', 'forged', 'unsigned', 'garbage', 'unknown'].includes(cookie)

export const differences: readonly Difference[] = [
  {
    id: 'one-write',
    shows: () => true,
    // express-session sends the last byte of a response separately, so that it is chunked; ours has the length that Node sets. Our headers are
    // written after the save, and so are errors of invalid headers
    comparable: seen => ({ ...seen, framing: '', errors: [...seen.errors].sort() }),
  },
  {
    id: 'save-before-first-byte',
    shows: visit => visit.finish.as === 'write',
    // A change after the first write is one more save, or a save that reverts it
    comparable: (seen, { finish }) => (finish.as === 'write' && finish.after ? undefined : seen),
  },
  {
    id: 'regenerate-saves-once',
    shows: visit => does(visit, 'save') && does(visit, 'regenerate', 'generate', 'reload'),
    comparable: seen => ({ ...seen, store: [], errors: [...new Set(seen.errors)] }),
  },
  {
    id: 'cookie-change-is-saved',
    shows: visit => does(visit, 'cookie') && (does(visit, 'save', 'reload') || sendsId(visit)),
    comparable: () => undefined,
  },
  {
    id: 'failed-save-is-tried-again',
    shows: (visit, { store }, index) => does(visit, 'save') && store.fails?.method === 'set' && store.fails.visit === index,
    comparable: () => undefined,
  },
  {
    id: 'touch-is-doubted',
    shows: (_, { store }, index) => store.fails?.method === 'touch' && store.fails.visit === index,
    comparable: seen => ({
      ...seen,
      store: seen.store.filter((call, at) => !(call.startsWith('get') && seen.store[at - 1]?.startsWith('touch'))),
    }),
  },
  {
    id: 'touch-is-not-awaited',
    shows: (_, { store }, index) => store.answers === 'later' && store.fails?.method === 'touch' && store.fails.visit === index,
    // Nor is its failure an error of the request
    comparable: seen => ({ ...seen, errors: seen.errors.filter(error => !error.includes('touch failed')) }),
  },
  {
    id: 'first-valid-cookie',
    shows: visit => visit.cookie === 'forged, then last',
    comparable: () => undefined,
  },
  {
    id: 'unread-is-not-destroyed',
    shows: (_, { options, store }, index) => options.unset === 'destroy' && store.fails?.method === 'get' && store.fails.visit === index,
    comparable: () => undefined,
  },
]
