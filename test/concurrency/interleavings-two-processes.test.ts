import type { Place } from './rig'
import { core } from './rig-core'
import { testPairs } from './two-requests'

const TWO_PROCESSES: Place = { ability: 'compareAndSet', processes: 2 }

/** A touch without await completes at any moment: ten times as many orders. */
const MANY = 3000

describe('concurrency: two requests, in every order of their steps', () => {
  testPairs({
    'in two, on a store that compares': { floor: core, place: TWO_PROCESSES, options: { awaitTouch: true } },
    [`in two, on a store that compares, with no touch awaited, in up to ${MANY} orders`]: {
      floor: core,
      place: TWO_PROCESSES,
      orders: MANY,
    },
  })
})
