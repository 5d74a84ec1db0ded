import { expect } from 'chai'
import { TouchThrottle } from '../../lib/core/settings/touch-throttle'
import { useClock } from '../support/clock'

describe('core: touches', () => {
  const clock = useClock()

  it('are recent for touchAfter, or half the lifetime of the session', () => {
    const touches = new TouchThrottle(100)
    touches.note('ada')
    const recent = (): boolean[] => [null, 1000, 100].map(maxAge => touches.isRecent('ada', maxAge))
    expect(recent()).to.deep.equal([true, true, true])
    clock.turn(50)
    expect(recent()).to.deep.equal([true, true, false])
    clock.turn(49)
    expect(recent()).to.deep.equal([true, true, false])
    clock.turn(1)
    expect(recent()).to.deep.equal([false, false, false])
    expect(touches.isRecent('bob', null)).to.equal(false)
  })

  it('can be forgotten', () => {
    const touches = new TouchThrottle(100)
    touches.note('ada')
    touches.forget('ada')
    expect(touches.isRecent('ada', null)).to.equal(false)
  })

  it('are remembered while they are recent, and at most twice as long', () => {
    const touches = new TouchThrottle(100)
    for (let visit = 0; visit < 1000; visit++) {
      touches.note(`${visit}`)
      clock.turn(10)
      expect(touches.isRecent(`${visit - 8}`, null), `visit ${visit}`).to.equal(visit >= 8)
      expect(touches.size).to.be.at.most(20)
    }
  })

  it('are remembered, up to forty thousand, and the oldest are dropped first', () => {
    const touches = new TouchThrottle(86_400_000)
    for (let visit = 0; visit < 200_000; visit++) touches.note(`${visit}`)
    expect(touches.size).to.equal(40_000)
    expect([159_999, 160_000, 199_999].map(visit => touches.isRecent(`${visit}`, null))).to.deep.equal([false, true, true])
  })
})
