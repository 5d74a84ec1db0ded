import { PROCESSES } from './counts'
import { ROUNDS, SEED } from './rounds/counts'
import { roundsEngines } from './rounds/engines'
import { moves } from './rounds/moves'
import { usePlace } from './rounds/place'
import { users } from './rounds/users'

const CHECKS = [users, moves]

for (const engine of roundsEngines) {
  describe(`rounds on ${engine.title}`, () => {
    engine.needs()

    // A skip in a hook applies to the suites below its own, hooks included
    describe(engine.inProcess ? 'in one process' : `with ${PROCESSES} processes`, () => {
      const place = usePlace(engine)
      for (const check of CHECKS) check(place, `${ROUNDS} rounds, seed ${SEED}`, engine)
    }).timeout(60_000 + ROUNDS * 3000)
  })
}
