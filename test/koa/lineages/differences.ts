import {
  acts,
  but,
  called,
  noCookies,
  separate,
  uncaught,
  withoutCleared,
  withoutDay,
  withoutOrder,
  withoutSid,
  withoutVainGets,
  type Comparable,
  type Place,
} from './comparable'
import { DEFERRED_DIFFERENCES } from './deferred-differences'
import { GENERIC_DIFFERENCES } from './generic-differences'

/** Where a preset means to differ from what it stands in for. */
export interface Difference {
  readonly id: string
  readonly why: string
  readonly lineages: RegExp
  readonly shows: (place: Place) => boolean
  readonly comparable: Comparable
}

const SESSION = /^koa-session [67]/
const STORE = /^koa-session-store/

export const DIFFERENCES: readonly Difference[] = [
  {
    id: 'no-day-unasked',
    why: 'Without a maxAge the first cookie ends with the browser, and so do those that follow; koa-session gives those one day',
    lineages: SESSION,
    shows: ({ scenario }) => !scenario.options?.cookie?.maxAge,
    comparable: withoutDay,
  },
  {
    id: 'stale-cookie-is-cleared',
    why: 'A cookie that brings a session which has ended is taken from the browser, as koa-generic-session does it',
    lineages: SESSION,
    shows: ({ visit }) => (visit.after ?? 0) > 60_000,
    comparable: noCookies,
  },
  {
    id: 'empty-is-saved',
    why: 'What is put in the place of a session is saved, though it be empty; in the cookie koa-session ignores it',
    lineages: /^koa-session [67], cookie/,
    shows: place => called('existing = {}')(place) && place.index > 0,
    comparable: separate,
  },
  {
    id: 'undefined-is-null',
    why: 'It ends the session, as it does in the three others; koa-session throws',
    lineages: SESSION,
    shows: acts('undefined'),
    comparable: separate,
  },
  {
    id: 'rolling-without-a-look',
    why: 'Sessions roll, or are renewed, in each request; koa-session leaves one in the cookie that no handler has read',
    lineages: /^koa-session [67], cookie/,
    shows: place => called('rolling, untouched', 'renew, untouched')(place) && place.index > 0,
    comparable: (seen, place) => (acts('read')(place) ? undefined : noCookies(seen, place)),
  },
  {
    id: 'cookie-outlives-error',
    why: 'What a handler did before it threw is saved, and the cookie goes out with the error, without which the client would not find it',
    lineages: /^koa-session [67]|^koa-(generic-session|session-ts)/,
    shows: uncaught,
    comparable: (seen, place) => (acts('read')(place) ? undefined : noCookies(seen, place)),
  },
  {
    id: 'saved-in-spite-of-error',
    why: 'What a handler did before it threw is saved, as it is by the three others, where they do not defer',
    lineages: /^koa-(session-store|generic-session|session-ts)/,
    shows: place => acts('set and throw')(place) && (STORE.test(place.lineage) || called('deferred, throws after a change')(place)),
    comparable: separate,
  },
  {
    id: 'no-id-beside-data',
    why: 'A session that is in the cookie is not looked up by an id',
    lineages: /^koa-session-store 2, cookie/,
    shows: () => true,
    comparable: withoutSid,
  },
  {
    id: 'no-vain-look',
    why: 'A store is not asked for an id that was made a moment ago',
    lineages: /^koa-session-store 2, store/,
    shows: () => true,
    comparable: withoutVainGets,
  },
  {
    id: 'nothing-to-destroy',
    why: 'A store is not told to destroy what it has never had',
    lineages: /^koa-session [67], store|^koa-session-store 2, store/,
    shows: place => called('new = null')(place) && acts('null')(place),
    comparable: but('calls'),
  },
  {
    id: 'own-words',
    why: 'What is no session is refused with a TypeError, in the same words by all presets',
    lineages: /^koa-session [67]|^koa-session-store/,
    shows: acts('string'),
    comparable: but('errors'),
  },
  {
    id: 'options-are-read-once',
    why: 'What an app does to its options, when the middleware has been made of them, changes nothing; the older ones go on reading them',
    lineages: /^koa-session [67]|^koa-(generic-session|session-store)/,
    shows: ({ scenario: { changes }, lineage, index }) =>
      changes?.rolling ? index > 0 : changes !== undefined && !/generic/.test(lineage),
    comparable: separate,
  },
  {
    id: 'no-cookie-beside-a-key',
    why: 'Where ids travel by externalKey there is no cookie to clear',
    lineages: /^koa-session [67], store/,
    shows: place => called('externalKey', 'externalKey, regenerated')(place) && acts('null', 'regenerate')(place),
    comparable: withoutCleared,
  },
  {
    id: 'keys-come-first',
    why: 'Without keys nothing is stored under an id that cannot be sent',
    lineages: /store$|^koa-(generic-session|session-ts)/,
    shows: called('no app.keys, populated'),
    comparable: but('calls', 'ttls', 'records'),
  },
  {
    id: 'no-revival',
    why: 'An id that the store does not know is not taken on: whoever has an old cookie, or makes one, does not choose the id of a session',
    lineages: /^koa-session-store 2, store/,
    shows: ({ visit }) => visit.cookies === 'replayed',
    comparable: separate,
  },
  {
    id: 'broken-cookie-is-no-error',
    why: 'A cookie that nothing can be made of is a new session; koa-session-store answers each request with 500 until it is gone',
    lineages: STORE,
    shows: called('garbage, unsigned'),
    comparable: separate,
  },
  {
    id: 'cookie-keeps-pace',
    why: 'A cookie that is to end goes out with each save: else it would end before the session',
    lineages: /^koa-session-store 2, store/,
    shows: place => called('with a maxAge')(place) && acts('change')(place),
    comparable: noCookies,
  },
  {
    id: 'new-id-keeps-what-others-saved',
    why: 'A session is read again before it gets a new ID, and is stored under that before the old one is destroyed: what others saved is kept, and a logout is not undone',
    lineages: /^koa-session [67], store/,
    shows: ({ scenario }) => scenario.visits.some(({ act }) => act === 'regenerate' || act === 'login'),
    comparable: withoutOrder,
  },
  ...GENERIC_DIFFERENCES,
  ...DEFERRED_DIFFERENCES,
]
