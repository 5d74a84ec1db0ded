import { acts, but, called, noCookies, separate } from './comparable'
import type { Difference } from './differences'

const GENERIC = /^koa-(generic-session|session-ts)/

/** Differences of koa-generic-session, and of its port to TypeScript. */
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
    why: 'An empty object that replaces a new session is not saved, like a new session',
    lineages: GENERIC,
    shows: called('new = {}'),
    comparable: separate,
  },
  {
    id: 'options-outlive-assignment',
    why: 'The cookie options of a session survive an assignment; otherwise the cookie is sent unsigned, and is not read again',
    lineages: GENERIC,
    shows: place =>
      called('new = {b: 1}', 'existing = {}', 'existing = {b: 1}', 'deferred, existing = {b: 1}')(place) && !acts('set')(place),
    comparable(seen, place) {
      if (place.scenario.name.startsWith('new') && acts('read')(place)) return undefined
      return but('cookies', 'attributes', 'ttls', 'records')(seen, place)
    },
  },
  {
    id: 'abandoned-id-is-destroyed',
    why: 'An ID that is given up is destroyed even if it is new, because the handler may have stored it. A cookie that no client has is not cleared',
    lineages: GENERIC,
    shows: place => called('new, regenerated')(place) && acts('regenerate')(place),
    comparable: but('calls', 'cookies', 'attributes'),
  },
  {
    id: 'same-data-under-new-id',
    why: 'After a regeneration, unchanged data are saved; otherwise the client loses its session',
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
    why: 'A session that the store temporarily cannot read does not end: the client keeps its cookie, and has the session again when the store works',
    lineages: GENERIC,
    shows: place => called('get fails, handled')(place) && place.index > 0,
    comparable: separate,
  },
  {
    id: 'sig-only-where-signed',
    why: 'Without signed cookies there is no signature to clear',
    lineages: /^koa-generic-session/,
    shows: called('garbage, unsigned'),
    comparable: noCookies,
  },
  {
    id: 'sig-goes-too',
    why: 'If a cookie is cleared, its signature is cleared too',
    lineages: /^koa-session-ts/,
    shows: acts('null', 'undefined', 'regenerate'),
    comparable: noCookies,
  },
  {
    id: 'same-error-during-outage',
    why: 'A request that waited for a store in vain gets the same error as later requests',
    lineages: /^koa-session-ts/,
    shows: ({ visit }) => visit.outage === 'long',
    comparable: but('errors'),
  },
  {
    id: 'store-gets-lifetime',
    why: 'A store gets the lifetime of a session as an argument, and does not have to read it from the record',
    lineages: /^koa-session-ts/,
    shows: () => true,
    comparable: but('ttls'),
  },
]
