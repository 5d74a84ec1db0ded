import type { ACTS } from './acts'
import { DEFERRED } from './deferred'
import type { Neutral } from './lineages'
import { externalKey, sessionIdStore } from './own-ways'
import type { Call } from './traced-stores'

export interface Visit {
  readonly act: keyof typeof ACTS
  /** The cookies that are sent: the current ones of the browser, those from before the last request, none, or a foreign one without a signature. */
  readonly cookies?: 'replayed' | 'none' | 'garbage'
  /** The store call that fails during the request. */
  readonly fails?: Call
  /** The time since the last request, in milliseconds. */
  readonly after?: number
  /** The store is disconnected when the request arrives, and reconnects soon, or too late. */
  readonly outage?: 'short' | 'long'
}

/** An ability that not all of them have. */
export type Need = 'store' | 'ContextStore' | 'regenerate' | 'sessionSave' | 'outage'

export interface Scenario {
  readonly name: string
  readonly visits: readonly Visit[]
  readonly options?: Neutral
  /** The app has no keys. */
  readonly keyless?: true
  /** A middleware before the session catches errors of the handler, and responds. */
  readonly catches?: true
  /** Changes of the options by the app after the middleware was created. */
  readonly changes?: Neutral
  readonly needs?: readonly Need[]
}

const set = { act: 'set' } as const
const read = { act: 'read' } as const
const HOUR = 3_600_000
const RENEW: Neutral = { renew: true, cookie: { maxAge: 120_000 } }

const countSaves: Neutral['beforeSave'] = (_, session) => {
  Object.assign(session, { saves: Number((session as { saves?: number }).saves ?? 0) + 1 })
}

/** In sections: the life of a session, values that replace it, failures, and options. */
export const SCENARIOS: readonly Scenario[] = [
  { name: 'new, untouched', visits: [{ act: 'ignore' }] },
  { name: 'new, read', visits: [read, read] },
  { name: 'new, populated', visits: [set, read] },
  { name: 'existing, untouched', visits: [set, { act: 'ignore' }, read] },
  { name: 'existing, set to what it is', visits: [set, set, read] },
  { name: 'existing, for an answer', visits: [set, { act: 'json' }] },
  { name: 'existing, modified', visits: [set, { act: 'change' }, read] },
  { name: 'existing, life shortened', visits: [set, { act: 'maxAge' }, read, { act: 'read', after: 61_000 }] },
  { name: 'new = {}', visits: [{ act: 'empty' }, read] },
  { name: 'new = {b: 1}', visits: [{ act: 'replace' }, read] },
  { name: 'existing = {}', visits: [set, { act: 'empty' }, read] },
  { name: 'existing = {b: 1}', visits: [set, { act: 'replace' }, read] },
  { name: 'new = null', visits: [{ act: 'null' }, read] },
  { name: 'existing = null', visits: [set, { act: 'null' }, read] },
  { name: 'existing = undefined', visits: [set, { act: 'undefined' }, read] },
  { name: "existing = 'x'", visits: [set, { act: 'string' }, read] },
  { name: 'replayed after its end', visits: [set, { act: 'null' }, { act: 'set', cookies: 'replayed' }] },
  {
    name: 'garbage for a cookie',
    visits: [
      { act: 'read', cookies: 'garbage' },
      { act: 'set', cookies: 'garbage' },
    ],
  },
  { name: 'garbage, unsigned', options: { cookie: { signed: false } }, visits: [{ act: 'set', cookies: 'garbage' }, read] },
  { name: 'throws after a change', visits: [set, { act: 'set and throw' }, read] },
  { name: 'throws in a new session', visits: [{ act: 'set and throw' }, read] },
  { name: 'throws, caught upstream', catches: true, visits: [set, { act: 'set and throw' }, read] },
  { name: 'no app.keys, read', keyless: true, visits: [read] },
  { name: 'no app.keys, populated', keyless: true, visits: [set] },
  { name: 'store.get fails', needs: ['store'], visits: [set, { act: 'read', fails: 'get' }, read] },
  { name: 'store.set fails', needs: ['store'], visits: [{ act: 'set', fails: 'set' }, read] },
  { name: 'store.destroy fails', needs: ['store'], visits: [set, { act: 'null', fails: 'destroy' }, read] },
  { name: 'new, regenerated', needs: ['regenerate'], visits: [{ act: 'regenerate' }, read] },
  { name: 'existing, regenerated', needs: ['regenerate'], visits: [set, { act: 'regenerate' }, read] },
  { name: 'existing, login', needs: ['regenerate'], visits: [set, { act: 'login' }, read] },
  { name: 'sessionSave = false', needs: ['sessionSave'], visits: [set, { act: 'hold' }, read] },
  { name: 'sessionSave = true', needs: ['sessionSave'], visits: [set, { act: 'force' }, read] },
  { name: 'valid says no', options: { valid: () => false }, visits: [set, set] },
  { name: 'allowEmpty', options: { allowEmpty: true }, visits: [{ act: 'read' }, read] },
  { name: 'get fails, handled', options: { errorHandler: () => {} }, visits: [set, { act: 'read', fails: 'get' }, read] },
  { name: 'set fails, handled', options: { errorHandler: () => {} }, visits: [{ act: 'set', fails: 'set' }, read] },
  { name: 'destroy fails, handled', options: { errorHandler: () => {} }, visits: [set, { act: 'null', fails: 'destroy' }, read] },
  { name: 'rolling, untouched', options: { rolling: true }, visits: [set, { act: 'ignore' }] },
  { name: 'rolling, read', options: { rolling: true }, visits: [set, read] },
  { name: 'rolling, with beforeSave', options: { rolling: true, beforeSave: countSaves }, visits: [set, read, read] },
  {
    name: 'with a maxAge',
    options: { cookie: { maxAge: 120_000 } },
    visits: [set, { act: 'change', after: 60_000 }, { act: 'read', after: 121_000 }],
  },
  { name: 'unsigned', options: { cookie: { signed: false } }, keyless: true, visits: [set, { act: 'change' }, { act: 'null' }, read] },
  { name: 'under another name', options: { name: 'mine' }, visits: [set, read] },
  { name: 'under another name, from later on', changes: { name: 'mine' }, visits: [set, read] },
  { name: 'rolling, from later on', changes: { rolling: true }, visits: [set, read] },
  {
    name: 'renew',
    options: RENEW,
    visits: [set, { act: 'read', after: 59_000 }, { act: 'read', after: 2000 }, { act: 'read', after: 119_000 }],
  },
  {
    name: 'renew, without a maxAge',
    options: { renew: true },
    visits: [set, { act: 'read', after: 11 * HOUR }, { act: 'read', after: 2 * HOUR }, { act: 'read', after: 20 * HOUR }],
  },
  { name: 'renew, untouched', options: RENEW, visits: [set, { act: 'ignore', after: 61_000 }, { act: 'read', after: 60_000 }] },
  { name: 'externalKey', options: { externalKey }, needs: ['store'], visits: [set, { act: 'change' }, read, { act: 'null' }, read] },
  { name: 'externalKey, regenerated', options: { externalKey }, needs: ['store'], visits: [set, { act: 'regenerate' }, read] },
  { name: 'sessionIdStore', options: { sessionIdStore }, visits: [set, { act: 'change' }, read, { act: 'null' }, read] },
  { name: 'sessionIdStore, regenerated', options: { sessionIdStore }, visits: [set, { act: 'regenerate' }, read] },
  { name: 'sessionIdStore, deferred', options: { sessionIdStore, defer: true }, visits: [set, { act: 'change' }, read] },
  { name: 'ContextStore', needs: ['ContextStore', 'store'], visits: [set, { act: 'change' }, { act: 'null' }, read] },
  { name: 'a short outage', needs: ['outage'], visits: [set, { act: 'read', outage: 'short' }, { act: 'change', outage: 'short' }, read] },
  { name: 'a long outage', needs: ['outage'], visits: [set, { act: 'change', outage: 'long' }, read] },
  ...DEFERRED,
]
