import { expect } from 'chai'
import { Stragglers } from '../../lib/core/stragglers'
import { useClock } from '../support/clock'

describe('core: stragglers', () => {
  const clock = useClock()

  it('know whether their session was ended before they came, and no other', () => {
    const stragglers = new Stragglers()
    const [ada, again, bob] = [stragglers.begin('ada'), stragglers.begin('ada'), stragglers.begin('bob')]
    stragglers.end('ada')
    const later = stragglers.begin('ada')
    expect([ada(), again(), bob(), later()]).to.deep.equal([true, true, false, false])
  })

  it('come once', () => {
    const stragglers = new Stragglers()
    const ada = stragglers.begin('ada')
    stragglers.end('ada')
    expect([ada(), ada()]).to.deep.equal([true, false])
  })

  it('are forgotten after a minute, when the next one begins', () => {
    const stragglers = new Stragglers()
    const old = stragglers.begin('ada')
    stragglers.end('ada')
    clock.turn(60_000)
    stragglers.begin('bob')
    expect(old()).to.equal(false)
  })
})
