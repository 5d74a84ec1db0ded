import { apart } from './apart'
import { KOA_SESSION, type Defect } from './defect'
import { PromiseStore } from '../lineages/traced-stores'

/** As strict as Redis, to which koa-redis passes the ttl. */
class StrictStore extends PromiseStore {
  override async set(id: string, record: object, ttl?: unknown): Promise<void> {
    if (ttl !== undefined && !Number.isFinite(ttl)) throw new Error('ERR value is not an integer or out of range')
    return super.set(id, record, ttl)
  }
}

/** Defects of store calls with a connected store. */
export const STORES: readonly Defect[] = [
  {
    number: 6,
    what: 'With maxAge "session" a store is told that word for the life of a record, which koa-redis cannot store',
    whose: KOA_SESSION,
    options: () => ({ store: new StrictStore(), maxAge: 'session' }),
    async visits({ site }) {
      const visitor = site.visitor()
      return [(await visitor.get('/set')).status, (await visitor.get('/read')).text]
    },
    good: [200, '{"a":1}'],
    bad: [500, '{}'],
  },
  {
    number: 13,
    what: 'A session of more than 2^31 - 1 ms leaves the memory at once',
    whose: ['koa-session-ts'],
    visits: ({ subject }) => apart('long life', subject),
    good: '{"a":1}',
    bad: 'undefined',
  },
  {
    number: 13,
    what: 'Without a prefix, IDs have the prefix "null" in the memory store',
    whose: ['koa-session-ts'],
    visits: ({ subject }) => apart('prefix', subject),
    good: '["an-id"]',
    bad: '["nullan-id"]',
  },
  {
    number: 13,
    what: 'Sessions in the memory keep the process from ending',
    whose: ['koa-session-ts'],
    visits: ({ subject }) => apart('end', subject),
    good: '[]',
    bad: '["Timeout"]',
  },
  {
    number: 16,
    what: 'Missing keys of an app are detected after the store was written',
    whose: [...KOA_SESSION, 'koa-generic-session', 'koa-session-store', 'koa-session-ts'],
    keys: null,
    async visits({ site, store }) {
      return [(await site.get('/set')).status, store.records.size]
    },
    good: [500, 0],
    bad: [500, 1],
  },
]
