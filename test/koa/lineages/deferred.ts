import type { Neutral } from './lineages'
import type { Scenario, Visit } from './scenarios'

const options: Neutral = { defer: true }
const visits = (...acts: Visit['act'][]): Visit[] => acts.map(act => ({ act }))

/** Scenarios of deferred sessions. */
export const DEFERRED: readonly Scenario[] = [
  { name: 'deferred, untouched', options, visits: visits('ignore', 'set', 'ignore', 'read') },
  { name: 'deferred, new, read', options, visits: visits('read', 'read') },
  { name: 'deferred, existing, modified', options, visits: visits('set', 'change', 'read') },
  { name: 'deferred, existing, set to what it is', options, visits: visits('set', 'set', 'read') },
  { name: 'deferred, not awaited', options, visits: visits('set', 'touch', 'read') },
  { name: 'deferred, read twice', options, visits: visits('set', 'read twice', 'read') },
  { name: 'deferred, new = {b: 1}', options, visits: visits('replace', 'read') },
  { name: 'deferred, existing = {b: 1}', options, visits: visits('set', 'replace', 'read') },
  { name: 'deferred, existing = null', options, visits: visits('set', 'null', 'read') },
  { name: 'deferred, existing, login', options, visits: visits('set', 'login', 'read') },
  { name: 'deferred, throws after a change', options, visits: visits('set', 'set and throw', 'read') },
]
