import type { SessionStore } from './contract'

/** What a store may do beyond the required methods. */
type Ability = 'compareAndSet' | 'update'

type Companions = Readonly<Record<'get' | 'set', unknown>>

/** What an ability goes together with. */
const companionsOf = new WeakMap<object, Companions>()

/** An ability counts as long as the store has this `get` and this `set`, wherever another one is put. */
export function bindAbility(ability: object, companions: Companions): void {
  companionsOf.set(ability, companions)
}

/** Whether the store writes conditionally. A `get` or `set` that replaces the store's own, in a subclass or on the object, would be passed by: then it does not. */
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
