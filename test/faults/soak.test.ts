import { expect } from 'chai'
import { HOSTS } from '../support/hosts'
import { randomOf } from '../support/shuffling-store'
import { Timers } from '../support/timers'
import { useUncaught } from '../support/uncaught'
import { expectNothingHeld } from './leaks'
import { STORES } from './soak-stores'
import { Traffic } from './traffic'

/** Enough for an outage, on Koa too. */
const REQUESTS = 22_000
/** Versions of Koa do not differ in this, and the test is slow. */
const PLACES = ['Connect', 'Koa 3'].filter(name => name in HOSTS)

describe('faults: mixed traffic over a store with random faults', () => {
  const uncaught = useUncaught()
  afterEach(() => Timers.restore())

  // `npm run soak` shows how little the heap grows
  for (const [name, Store] of Object.entries(STORES)) {
    for (const where of PLACES) {
      it(`leaves no session in use, and no timer: ${REQUESTS} requests, ${name}, ${where}`, async () => {
        const timers = new Timers()
        const store = new Store(randomOf(2))
        const traffic = new Traffic(store, timers, HOSTS[where])
        await traffic.run(REQUESTS)
        // Late callbacks, and the pause of the circuit breaker
        timers.turn(60_000)
        await expectNothingHeld(store)
        // Their results, which are promises on Koa
        timers.turn(60_000)
        expect({ timers: timers.pending, uncaught }).to.deep.equal({ timers: 0, uncaught: [] })
        for (const [what, count] of Object.entries(traffic.counts)) expect(count, what).to.be.above(10)
      }).timeout(120_000)
    }
  }
})
