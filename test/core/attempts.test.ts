import { expect } from 'chai'
import { Attempts, AT_ONCE } from '../../lib/core/concurrency/attempts'
import { StoreUnavailable } from '../../lib/core/errors/store-errors'
import type { SessionData } from '../../lib/core/record/session-data'

const lost = new Error('connection lost')
const unavailable = new StoreUnavailable('store did not answer', 'ERR_STORE_TIMEOUT')
const record = (n: number): SessionData => ({ cookie: { originalMaxAge: null }, n }) as never

describe('core: the attempts of a conditional write', () => {
  for (const method of ['mayRepeat', 'mayRead'] as const) {
    it(`are repeated twice at most: ${method}`, () => {
      const attempts = new Attempts()
      expect([lost, lost, lost, lost].map(err => attempts[method](err))).to.deep.equal([true, true, false, false])
    })

    it(`are not repeated if the store does not answer: ${method}`, () => {
      expect(new Attempts()[method](unavailable)).to.equal(false)
    })
  }

  it('are counted separately for writes and reads', () => {
    const attempts = new Attempts()
    for (let time = 0; time < 3; time++) attempts.mayRepeat(lost)
    expect(attempts.mayRead(lost)).to.equal(true)
  })

  /**
   * The number of refusals after which the attempts are stalled.
   *
   * @param reads the record that is read after each refusal
   */
  function stalledAfter(reads: (refused: number) => SessionData): number | undefined {
    const attempts = new Attempts()
    for (attempts.refused = 1; attempts.refused < 100; attempts.refused++) {
      if (attempts.isStalled(reads(attempts.refused))) return attempts.refused
    }
    return undefined
  }

  it('are stalled if the record stays the same for twelve refusals after the immediate attempts', () => {
    expect(stalledAfter(() => record(1))).to.equal(AT_ONCE + 1 + 12)
  })

  it('are not stalled as long as the record changes', () => {
    expect(stalledAfter(record)).to.equal(undefined)
    expect(stalledAfter(refused => record(Math.floor(refused / 10)))).to.equal(undefined)
  })

  it('are counted from zero when the record has changed', () => {
    expect(stalledAfter(refused => record(refused < 15 ? 0 : 1))).to.equal(15 + 12)
  })
})
