import { CircuitBreaker } from '../../lib/core/store/circuit-breaker'
import { TaskQueue } from '../../lib/core/concurrency/task-queue'
import { Deadline } from '../../lib/core/concurrency/deadline'
import { closest } from '../../lib/primitives/spelling'
import { LruCache } from '../../lib/primitives/lru-cache'
import { TouchThrottle } from '../../lib/core/settings/touch-throttle'
import { ExtendibleMap } from '../../lib/stores/memory/extendible-map'
import { COOKIE_ATTRIBUTES } from '../../lib/core/settings/option-warnings'

/** One operation of a structure of this package, and the same with a library. */
export interface Pair {
  readonly structure: string
  readonly library: string
  readonly ours: Operation
  readonly theirs: Operation
}

/** Performs the operation so many times. */
type Operation = (times: number) => void | Promise<void>

const ENTRIES = 10_000
const KEYS = Array.from({ length: ENTRIES }, (_, n) => `s%3A${n.toString(36).padStart(32, '0')}.${'x'.repeat(43)}`)

export function pairs(require: NodeJS.Require): Pair[] {
  return [
    cacheHits(require),
    cacheMisses(require),
    throttle(require),
    records(require),
    queue(require),
    breaker(require, 'opossum'),
    breaker(require, 'cockatiel'),
    spelling(require),
  ]
}

interface Cache {
  get(key: string): unknown
  set(key: string, value: number): unknown
}

function caches(require: NodeJS.Require): [Cache, Cache] {
  const { LRUCache } = require('lru-cache') as { LRUCache: new (options: { max: number }) => Cache }
  return [new LruCache<number>(ENTRIES), new LRUCache({ max: 2 * ENTRIES })]
}

/** Looks up entries that are there. */
function hits(cache: Cache): Operation {
  for (const [n, key] of KEYS.entries()) cache.set(key, n)
  return times => {
    for (let n = 0; n < times; n++) if (cache.get(KEYS[n % ENTRIES] as string) === undefined) throw new Error('not found')
  }
}

/** The operation of each request with a session: the signature of its cookie is in the cache. */
function cacheHits(require: NodeJS.Require): Pair {
  const [ours, theirs] = caches(require)
  return { structure: 'LruCache, get', library: 'lru-cache', ours: hits(ours), theirs: hits(theirs) }
}

function cacheMisses(require: NodeJS.Require): Pair {
  const sets = (cache: Cache): Operation => {
    let next = 0
    return times => {
      for (let n = 0; n < times; n++) cache.set(String(next++), n)
    }
  }
  const [ours, theirs] = caches(require)
  return { structure: 'LruCache, set of a new key', library: 'lru-cache', ours: sets(ours), theirs: sets(theirs) }
}

/** The operation of a request with `touchAfter`. */
function throttle(require: NodeJS.Require): Pair {
  const { LRUCache } = require('lru-cache') as { LRUCache: new (options: { max: number; ttl: number }) => Cache }
  const [own, cache] = [new TouchThrottle(60_000), new LRUCache({ max: 40_000, ttl: 60_000 })]
  for (const [n, key] of KEYS.entries()) {
    own.note(key)
    cache.set(key, n)
  }
  return {
    structure: 'TouchThrottle, a recent touch',
    library: 'lru-cache',
    ours: times => {
      for (let n = 0; n < times; n++) if (!own.isRecent(KEYS[n % ENTRIES] as string, null)) throw new Error('not recent')
    },
    theirs: times => {
      for (let n = 0; n < times; n++) if (cache.get(KEYS[n % ENTRIES] as string) === undefined) throw new Error('not recent')
    },
  }
}

/** The operation of a read from MemoryStore. A B-tree does not move all its entries either when it grows. */
function records(require: NodeJS.Require): Pair {
  const { default: BTree } = require('sorted-btree') as { default: new () => Cache }
  return { structure: 'ExtendibleMap, get', library: 'sorted-btree', ours: hits(new ExtendibleMap<number>()), theirs: hits(new BTree()) }
}

/** A task without a delay, as nearly all are. */
function queue(require: NodeJS.Require): Pair {
  const { Mutex } = require('async-mutex') as { Mutex: new () => { runExclusive(task: () => void): Promise<void> } }
  const mutex = new Mutex()
  const tasks = new TaskQueue()
  const task = { begin: () => tasks.ended(), giveUp: () => {}, deadline: Deadline.NONE }
  return {
    structure: 'TaskQueue, a task without waiting',
    library: 'async-mutex',
    ours: times => {
      for (let n = 0; n < times; n++) tasks.run(task)
    },
    theirs: async times => {
      for (let n = 0; n < times; n++) await mutex.runExclusive(() => {})
    },
  }
}

/** A call of a store that responds. */
function breaker(require: NodeJS.Require, library: 'opossum' | 'cockatiel'): Pair {
  const own = new CircuitBreaker()
  const fire = library === 'opossum' ? opossum(require) : cockatiel(require)
  return {
    structure: 'CircuitBreaker, a call',
    library,
    ours: times => {
      for (let n = 0; n < times; n++) if (!own.refuse(() => {})) own.answered(undefined)
    },
    theirs: async times => {
      for (let n = 0; n < times; n++) await fire()
    },
  }
}

function opossum(require: NodeJS.Require): () => Promise<unknown> {
  const Breaker = require('opossum') as new (act: () => Promise<void>, options: object) => { fire(): Promise<unknown> }
  const one = new Breaker(() => Promise.resolve(), { timeout: 10_000 })
  return () => one.fire()
}

function cockatiel(require: NodeJS.Require): () => Promise<unknown> {
  const { circuitBreaker, handleAll, ConsecutiveBreaker } = require('cockatiel') as Cockatiel
  const policy = circuitBreaker(handleAll, { halfOpenAfter: 1000, breaker: new ConsecutiveBreaker(5) })
  return () => policy.execute(() => Promise.resolve())
}

interface Cockatiel {
  readonly handleAll: unknown
  readonly ConsecutiveBreaker: new (failures: number) => unknown
  circuitBreaker(policy: unknown, options: object): { execute(act: () => Promise<void>): Promise<unknown> }
}

/** At setup only: the benefit is one dependency less. */
function spelling(require: NodeJS.Require): Pair {
  const levenshtein = require('fastest-levenshtein') as { closest(text: string, known: readonly string[]): string }
  return {
    structure: 'closest, a misspelled option',
    library: 'fastest-levenshtein',
    ours: times => {
      for (let n = 0; n < times; n++) if (closest('httponlly', COOKIE_ATTRIBUTES) !== 'httpOnly') throw new Error('not found')
    },
    theirs: times => {
      for (let n = 0; n < times; n++) if (levenshtein.closest('httponlly', COOKIE_ATTRIBUTES) !== 'httpOnly') throw new Error('not found')
    },
  }
}
