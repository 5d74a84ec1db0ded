import { but, called, acts, separate } from './comparable'
import type { Difference } from './differences'

const GENERIC = /^koa-(generic-session|session-ts)/

/** Differences of deferred sessions. */
export const DEFERRED_DIFFERENCES: readonly Difference[] = [
  {
    id: 'unawaited-is-untouched',
    why: 'A deferred session that is read but not awaited stays as it is; the older middlewares destroy it',
    lineages: GENERIC,
    shows: place => called('deferred, not awaited')(place) && place.index > 0,
    comparable: separate,
  },
  {
    id: 'concurrent-reads-all-resolve',
    why: 'Concurrent reads of a deferred session all get it, and not only the first',
    lineages: GENERIC,
    shows: acts('read twice'),
    comparable: but('body'),
  },
  {
    id: 'unread-has-an-id',
    why: 'A deferred session that is set before it is read has its own ID, which is sent to the client; the older middlewares store it under "undefined"',
    lineages: GENERIC,
    shows: called('deferred, new = {b: 1}'),
    comparable: separate,
  },
  {
    id: 'read-before-replaced',
    why: 'A deferred session is read before it is replaced or removed: an ID that the store does not have is neither adopted nor destroyed',
    lineages: GENERIC,
    shows: place => called('deferred, existing = {b: 1}', 'deferred, existing = null')(place) && acts('replace', 'null')(place),
    comparable: seen => ({ ...seen, calls: seen.calls.filter(call => !call.startsWith('get')) }),
  },
]
