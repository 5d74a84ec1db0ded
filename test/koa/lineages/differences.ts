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

/** An intended difference between a preset and its older middleware. */
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
    why: 'A cookie whose session has ended is removed from the browser, as in koa-generic-session',
    lineages: SESSION,
    shows: ({ visit }) => (visit.after ?? 0) > 60_000,
    comparable: noCookies,
  },
  {
    id: 'empty-is-saved',
    why: 'An empty object that replaces a session is saved; koa-session ignores it in the cookie',
    lineages: /^koa-session [67], cookie/,
    shows: place => called('existing = {}')(place) && place.index > 0,
    comparable: separate,
  },
  {
    id: 'undefined-is-null',
    why: 'It ends the session, as in the three other middlewares; koa-session throws',
    lineages: SESSION,
    shows: acts('undefined'),
    comparable: separate,
  },
  {
    id: 'rolling-without-a-look',
    why: 'Sessions roll or are renewed on each request; koa-session skips a session in the cookie that no handler has read',
    lineages: /^koa-session [67], cookie/,
    shows: place => called('rolling, untouched', 'renew, untouched')(place) && place.index > 0,
    comparable: (seen, place) => (acts('read')(place) ? undefined : noCookies(seen, place)),
  },
  {
    id: 'cookie-outlives-error',
    why: 'Changes that a handler made before it threw are saved, and the cookie is sent with the error response, so that the client finds the session',
    lineages: /^koa-session [67]|^koa-(generic-session|session-ts)/,
    shows: uncaught,
    comparable: (seen, place) => (acts('read')(place) ? undefined : noCookies(seen, place)),
  },
  {
    id: 'saved-in-spite-of-error',
    why: 'Changes that a handler made before it threw are saved, as in the three other middlewares without `defer`',
    lineages: /^koa-(session-store|generic-session|session-ts)/,
    shows: place => acts('set and throw')(place) && (STORE.test(place.lineage) || called('deferred, throws after a change')(place)),
    comparable: separate,
  },
  {
    id: 'no-id-beside-data',
    why: 'A session in the cookie is not looked up by an ID',
    lineages: /^koa-session-store 2, cookie/,
    shows: () => true,
    comparable: withoutSid,
  },
  {
    id: 'no-vain-look',
    why: 'A store is not asked for an ID that was just generated',
    lineages: /^koa-session-store 2, store/,
    shows: () => true,
    comparable: withoutVainGets,
  },
  {
    id: 'nothing-to-destroy',
    why: 'A store is not asked to destroy a session that was never stored',
    lineages: /^koa-session [67], store|^koa-session-store 2, store/,
    shows: place => called('new = null')(place) && acts('null')(place),
    comparable: but('calls'),
  },
  {
    id: 'own-words',
    why: 'A value that is not a session is refused with a TypeError; the message is the same in all presets',
    lineages: /^koa-session [67]|^koa-session-store/,
    shows: acts('string'),
    comparable: but('errors'),
  },
  {
    id: 'options-are-read-once',
    why: 'Changes of the options object after the middleware was created have no effect; the older middlewares keep reading it',
    lineages: /^koa-session [67]|^koa-(generic-session|session-store)/,
    shows: ({ scenario: { changes }, lineage, index }) =>
      changes?.rolling ? index > 0 : changes !== undefined && !/generic/.test(lineage),
    comparable: separate,
  },
  {
    id: 'no-cookie-beside-a-key',
    why: 'With externalKey there is no cookie to clear',
    lineages: /^koa-session [67], store/,
    shows: place => called('externalKey', 'externalKey, regenerated')(place) && acts('null', 'regenerate')(place),
    comparable: withoutCleared,
  },
  {
    id: 'keys-come-first',
    why: 'Without keys nothing is stored under an ID that cannot be sent',
    lineages: /store$|^koa-(generic-session|session-ts)/,
    shows: called('no app.keys, populated'),
    comparable: but('calls', 'ttls', 'records'),
  },
  {
    id: 'no-revival',
    why: 'An ID that the store does not know is not adopted: a client with an old or forged cookie cannot choose the ID of a session',
    lineages: /^koa-session-store 2, store/,
    shows: ({ visit }) => visit.cookies === 'replayed',
    comparable: separate,
  },
  {
    id: 'broken-cookie-is-no-error',
    why: 'A cookie that cannot be decoded is a new session; koa-session-store responds with 500 until the cookie is removed',
    lineages: STORE,
    shows: called('garbage, unsigned'),
    comparable: separate,
  },
  {
    id: 'cookie-keeps-pace',
    why: 'A cookie with an expiry is sent with each save; otherwise it would expire before the session',
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
