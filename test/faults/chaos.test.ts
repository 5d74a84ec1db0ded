import { expect } from 'chai'
import { useUncaught } from '../support/uncaught'
import { chaos } from './chaos'

describe('faults: chaos', () => {
  const uncaught = useUncaught()

  it('no logout is undone, no write is lost, no session is leaked, nothing hangs or crashes, in 500 random trials', async () => {
    const tally = await chaos(500, 1, uncaught)
    expect(tally.trials).to.equal(500)
    expect(tally.logouts).to.be.greaterThan(500)
    expect(tally.writes).to.be.greaterThan(500)
  }).timeout(120_000)
})
