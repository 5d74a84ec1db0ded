import { but, called, acts, separate } from './comparable'
import type { Difference } from './differences'

const GENERIC = /^koa-(generic-session|session-ts)/

/** Of sessions that are read where somebody asks for them. */
export const DEFERRED_DIFFERENCES: readonly Difference[] = [
  {
    id: 'unawaited-is-untouched',
    why: 'A deferred session that was asked for, and that nobody waits for, stays as it is; the older ones destroy it',
    lineages: GENERIC,
    shows: place => called('deferred, not awaited')(place) && place.index > 0,
    comparable: separate,
  },
  {
    id: 'all-who-ask-are-given',
    why: 'All who ask for a deferred session at a time are given it, and not the first alone',
    lineages: GENERIC,
    shows: acts('read twice'),
    comparable: but('body'),
  },
  {
    id: 'unread-has-an-id',
    why: 'A deferred session that is set and was not read has an id of its own, which the client is told; the older ones store it under "undefined"',
    lineages: GENERIC,
    shows: called('deferred, new = {b: 1}'),
    comparable: separate,
  },
  {
    id: 'read-before-replaced',
    why: 'A deferred session is read before another takes its place, or none: what the store does not have is neither taken on nor destroyed',
    lineages: GENERIC,
    shows: place => called('deferred, existing = {b: 1}', 'deferred, existing = null')(place) && acts('replace', 'null')(place),
    comparable: seen => ({ ...seen, calls: seen.calls.filter(call => !call.startsWith('get')) }),
  },
]
