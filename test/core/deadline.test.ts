import { expect } from 'chai'
import { Deadline } from '../../lib/core/concurrency/deadline'
import { isUnanswered } from '../../lib/core/errors/store-errors'
import { useTimers } from '../support/timers'

describe('core: a deadline', () => {
  const timers = useTimers()

  it('expires during a wait', () => {
    const errors: unknown[] = []
    const deadline = new Deadline(100)
    deadline.wait(err => errors.push(err))
    timers.turn(99)
    expect(errors).to.deep.equal([])
    timers.turn(1)
    expect(errors).to.have.length(1)
    expect(isUnanswered(errors[0])).to.equal(true)
  })

  it('counts from the first of several waits', () => {
    const given: string[] = []
    const deadline = new Deadline(100)
    deadline.wait(() => given.push('first'))
    timers.turn(60)
    deadline.rest()
    deadline.wait(() => given.push('second'))
    timers.turn(40)
    expect(given).to.deep.equal(['second'])
  })

  it('fails a wait at once if it has expired before', () => {
    const given: string[] = []
    const deadline = new Deadline(100)
    deadline.wait(() => given.push('first'))
    deadline.rest()
    timers.turn(100)
    expect(deadline.passed).to.be.an('error')
    deadline.wait(() => given.push('second'))
    expect(given).to.deep.equal(['second'])
  })

  it('sets no timer before the first wait, and clears it at the end', () => {
    const deadline = new Deadline(100)
    expect(timers.pending()).to.equal(0)
    deadline.wait(() => expect.fail('it has ended'))
    expect(timers.pending()).to.equal(1)
    deadline.end()
    expect(timers.pending()).to.equal(0)
    timers.turn(100)
    expect(deadline.passed).to.equal(undefined)
  })

  it('of Infinity never expires', () => {
    const deadline = new Deadline(Infinity)
    deadline.wait(() => expect.fail('never'))
    expect(timers.pending()).to.equal(0)
  })
})
