import { acts, but, called, noCookies, separate } from './comparable'
import type { Difference } from './differences'

const GENERIC = /^koa-(generic-session|session-ts)/

/** Of koa-generic-session, and of its port to TypeScript. */
export const GENERIC_DIFFERENCES: readonly Difference[] = [
  {
    id: 'null-clears',
    why: 'The end of a session clears its cookie, whether it was new or not',
    lineages: GENERIC,
    shows: place => called('new = null')(place) && acts('null')(place),
    comparable: noCookies,
  },
  {
    id: 'empty-new-is-untouched',
    why: 'An empty object in the place of a new session is as little to be saved as that is',
    lineages: GENERIC,
    shows: called('new = {}'),
    comparable: separate,
  },
  {
    id: 'options-outlive-assignment',
    why: "A session's cookie outlives an assignment: else it goes out unsigned, and is not read again",
    lineages: GENERIC,
    shows: place =>
      called('new = {b: 1}', 'existing = {}', 'existing = {b: 1}', 'deferred, existing = {b: 1}')(place) && !acts('set')(place),
    comparable(seen, place) {
      if (place.scenario.name.startsWith('new') && acts('read')(place)) return undefined
      return but('cookies', 'attributes', 'ttls', 'records')(seen, place)
    },
  },
  {
    id: 'given-up-is-destroyed',
    why: 'An id that is given up is destroyed, though it be new: the handler may have stored it. And no cookie is cleared that nobody has',
    lineages: GENERIC,
    shows: place => called('new, regenerated')(place) && acts('regenerate')(place),
    comparable: but('calls', 'cookies', 'attributes'),
  },
  {
    id: 'same-data-under-new-id',
    why: 'After a regeneration data are saved that are the same as before: else the client loses its session',
    lineages: GENERIC,
    shows: acts('login'),
    comparable: separate,
  },
  {
    id: 'no-strings',
    why: 'A string is no session',
    lineages: GENERIC,
    shows: acts('string'),
    comparable: separate,
  },
  {
    id: 'outage-is-no-end',
    why: 'A session that its store cannot give for once is not over: the client keeps its cookie, and the session when the store is well',
    lineages: GENERIC,
    shows: place => called('get fails, handled')(place) && place.index > 0,
    comparable: separate,
  },
  {
    id: 'sig-only-where-signed',
    why: 'Where cookies are not signed there is no signature to clear',
    lineages: /^koa-generic-session/,
    shows: called('garbage, unsigned'),
    comparable: noCookies,
  },
  {
    id: 'sig-goes-too',
    why: 'Of a cookie that is cleared, the signature is cleared as well',
    lineages: /^koa-session-ts/,
    shows: acts('null', 'undefined', 'regenerate'),
    comparable: noCookies,
  },
  {
    id: 'one-word-for-an-outage',
    why: 'Who has waited for a store in vain is told what those are told who come later',
    lineages: /^koa-session-ts/,
    shows: ({ visit }) => visit.outage === 'long',
    comparable: but('errors'),
  },
  {
    id: 'store-is-told-the-life',
    why: 'A store is told how long to keep a session, which else it has to read from the record',
    lineages: /^koa-session-ts/,
    shows: () => true,
    comparable: but('ttls'),
  },
]
