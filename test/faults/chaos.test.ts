import { expect } from 'chai'
import { useUncaught } from '../support/uncaught'
import { chaos } from './chaos'

/** The trials of one test, which takes about a second. */
const TRIALS = 50

describe('faults: chaos', () => {
  const uncaught = useUncaught()

  for (let seed = 1; seed <= 500; seed += TRIALS)
    it(`no logout is undone, no write is lost, no session is leaked, nothing hangs or crashes, in ${TRIALS} random trials from seed ${seed}`, async () => {
      const tally = await chaos(TRIALS, seed, uncaught)
      expect(tally.trials).to.equal(TRIALS)
      expect(tally.logouts).to.be.greaterThan(TRIALS)
      expect(tally.writes).to.be.greaterThan(TRIALS)
    }).timeout(30_000)
})
