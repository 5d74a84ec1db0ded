import { storeContract } from '../../lib/store-contract'
import { useClock } from '../support/clock'
import { session } from '../support/subject'

describe('stores: MemoryStore', () => {
  const clock = useClock()
  storeContract('MemoryStore', { make: () => new session.MemoryStore(), shortest: 1, wait: clock.turn })
  storeContract('MemoryStore with a max', { make: () => new session.MemoryStore({ max: 1000 }), shortest: 1, wait: clock.turn })
})
