import { expect } from 'chai'
import { randomOf } from '../support/shuffling-store'
import { Timers } from '../support/timers'
import { useUncaught } from '../support/uncaught'
import { expectNothingHeld } from './leaks'
import { STORES } from './soak-stores'
import { Traffic } from './traffic'

const REQUESTS = 20_000

describe('faults: mixed traffic over a store that has its troubles', () => {
  const uncaught = useUncaught()
  afterEach(() => Timers.restore())

  // How little the heap grows is shown by `npm run soak`
  for (const [name, Store] of Object.entries(STORES)) {
    it(`leaves nothing in flight, and no timer: ${REQUESTS} requests, ${name}`, async () => {
      const timers = new Timers()
      const store = new Store(randomOf(2))
      const traffic = new Traffic(store, timers)
      await traffic.run(REQUESTS)
      // What is late, and the pause of a store that was left alone
      timers.turn(60_000)
      await expectNothingHeld(store)
      expect({ timers: timers.pending, uncaught }).to.deep.equal({ timers: 0, uncaught: [] })
      for (const [what, count] of Object.entries(traffic.counts)) expect(count, what).to.be.above(10)
    }).timeout(120_000)
  }
})
