import { storeContract } from '../../lib/store-contract'
import { useClock } from '../support/clock'
import { session, subject } from '../support/subject'

/** The methods of MemoryStore in another class: the middleware uses the synchronous equivalents of a MemoryStore instead of its callbacks. */
class Callbacks extends session.Store {
  readonly inner = new session.MemoryStore()

  get(...given: Parameters<typeof this.inner.get>): void {
    this.inner.get(...given)
  }

  set(...given: Parameters<typeof this.inner.set>): void {
    this.inner.set(...given)
  }

  override touch(...given: Parameters<typeof this.inner.touch>): void {
    this.inner.touch(...given)
  }

  destroy(...given: Parameters<typeof this.inner.destroy>): void {
    this.inner.destroy(...given)
  }

  override compareAndSet(...given: Parameters<typeof this.inner.compareAndSet>): void {
    this.inner.compareAndSet(...given)
  }
}

describe('stores: MemoryStore', () => {
  const clock = useClock()
  const common = { has: subject === 'resession' ? (['compareAndSet'] as const) : [], shortest: 1, wait: clock.turn }
  storeContract('MemoryStore', { ...common, make: () => new session.MemoryStore() })
  // express-session has no other way to be called
  if (subject === 'resession') {
    storeContract('MemoryStore by its callbacks', { ...common, lacks: ['all', 'length', 'clear'], make: () => new Callbacks() })
  }
  storeContract('MemoryStore with a max', { ...common, make: () => new session.MemoryStore({ max: 1000 }) })
})
