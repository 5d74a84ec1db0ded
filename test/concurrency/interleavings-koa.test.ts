import type { Place } from './rig'
import { koa } from './rig-koa'
import { testPairs } from './two-requests'

const TWO_PROCESSES: Place = { ability: 'compareAndSet', processes: 2 }

const SOME = 60

describe('concurrency: two requests, in every order of their steps', () => {
  testPairs({
    'in one process, on Koa': { floor: koa },
    [`in one process, with merge, on Koa, in ${SOME} orders`]: { floor: koa, options: { concurrency: 'merge' }, orders: SOME },
    [`in two, on a store that compares, on Koa, in ${SOME} orders`]: { floor: koa, place: TWO_PROCESSES, orders: SOME },
  })
})
