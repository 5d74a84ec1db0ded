import type { SessionStore } from './contract'
import { syncOf } from './sync-methods'

/** Optional methods for conditional writes. */
type Ability = 'compareAndSet' | 'update'

type Companions = Readonly<Record<'get' | 'set', unknown>>

/** The methods that belong to an optional one. */
const companionsOf = new WeakMap<object, Companions>()

/** An optional method is used as long as the store has this `get` and `set`. */
export function bindAbility(ability: object, companions: Companions): void {
  companionsOf.set(ability, companions)
}

/** Whether the store writes conditionally. A replaced `get` or `set`, in a subclass or on the object, would be bypassed: then it does not. */
export function hasAbility(store: SessionStore, ability: Ability): boolean {
  const { get, set, [ability]: method } = store
  const companions = method && companionsOf.get(method)
  if (companions) return get === companions.get && set === companions.set
  for (let layer: object | null = store; layer; layer = Object.getPrototypeOf(layer) as object | null) {
    if (Object.hasOwn(layer, ability)) return typeof store[ability] === 'function'
    if (Object.hasOwn(layer, 'set') || Object.hasOwn(layer, 'get')) return false
  }
  return false
}

/** Whether all calls for an active session are synchronous. */
export function answersAtOnce(store: SessionStore): boolean {
  return hasAbility(store, 'compareAndSet') && syncOf(store, 'compareAndSet') !== undefined && syncOf(store, 'touch') !== undefined
}

/** The `regenerate` of the class Store in this copy of the package. */
const skipped = new WeakSet<object>()

/** Excludes a method `regenerate` from being called: the core makes the same calls, while no other call of this process is made for the session. */
export function skipRegenerate(method: object): void {
  skipped.add(method)
}

/** Whether the store has a `regenerate` that is called. */
export function callsRegenerate({ regenerate }: SessionStore): boolean {
  return typeof regenerate === 'function' && !skipped.has(regenerate)
}

/** Whether the store's `regenerate` is not that of the class Store, which also has `createSession`, in express-session and here. */
export function hasOwnRegenerate(store: object): boolean {
  for (let layer: object | null = store; layer; layer = Object.getPrototypeOf(layer) as object | null) {
    if (Object.hasOwn(layer, 'regenerate')) return !Object.hasOwn(layer, 'createSession')
  }
  return false
}
