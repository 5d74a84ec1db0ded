import { storeContract } from '../../lib/store-contract'
import { useClock } from '../support/clock'
import { session, subject } from '../support/subject'

describe('stores: MemoryStore', () => {
  const clock = useClock()
  const common = { has: subject === 'resession' ? (['compareAndSet'] as const) : [], shortest: 1, wait: clock.turn }
  storeContract('MemoryStore', { ...common, make: () => new session.MemoryStore() })
  storeContract('MemoryStore with a max', { ...common, make: () => new session.MemoryStore({ max: 1000 }) })
})
