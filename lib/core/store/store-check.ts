import { isPromise } from '../../primitives/callbacks'
import { describeType, isClass } from '../../primitives/describe-value'
import type { SessionStore } from './contract'

const REQUIRED = ['get', 'set', 'destroy'] as const

/** @throws TypeError for a value that is not a store; the message says what to pass instead */
export function checkStore(store: SessionStore): SessionStore {
  for (const method of REQUIRED) {
    if (typeof store[method] !== 'function') throw new TypeError(`store option must have a ${method} method: ${storeAdvice(store)}`)
  }
  if (isRedisClient(store)) throw new TypeError(`store option must be a store: ${storeAdvice(store)}`)
  return store
}

/** Describes a value that was passed as a store, and what to pass instead. */
export function storeAdvice(given: unknown): string {
  const what = describeType(given)
  if (isClass(given)) return `${what} is not a store; write new ${given.name || 'Store'}(…)`
  if (typeof given === 'function') return `${what} is not a store; pass the store that it makes`
  if (typeof given === 'string')
    return `${what} is not a store; write new RedisStore(…) or another store, or "cookie" to keep sessions in the cookie`
  if (isPromise(given)) return `${what} is not a store; write await before it`
  if (isRedisClient(given)) return `a Redis client is not a store; write new RedisStore({ client }) of connect-redis`
  const exported = storeClassIn(given)
  if (exported) return `a module is not a store; write new ${exported}(…), which it exports`
  const missing = REQUIRED.filter(method => typeof (given as Record<string, unknown> | null | undefined)?.[method] !== 'function')
  return `${what} has no ${missing.join(', ')}; write new RedisStore(…) or another store`
}

/** Whether it is a client of node-redis or ioredis. node-redis has `get`, `set` and `destroy`, with other meanings. */
export function isRedisClient(given: unknown): boolean {
  if (typeof given !== 'object' || given === null) return false
  const { multi, hget, hGet, createSession } = given as Record<string, unknown>
  return typeof multi === 'function' && (typeof hget === 'function' || typeof hGet === 'function') && typeof createSession !== 'function'
}

function storeClassIn(given: unknown): string | undefined {
  if (typeof given !== 'object' || given === null) return undefined
  const found = Object.entries(given).find(
    ([, value]) => isClass(value) && typeof (value.prototype as Partial<SessionStore>).get === 'function',
  )
  return found && (found[0] === 'default' ? (found[1] as { name: string }).name || 'Store' : found[0])
}
