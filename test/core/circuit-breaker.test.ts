import { expect } from 'chai'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { CircuitBreaker } from '../../lib/core/store/circuit-breaker'
import { useTimers } from '../support/timers'

describe('core: the circuit breaker', () => {
  const timers = useTimers()
  let breaker: CircuitBreaker
  let probes: number
  const refuses = (): boolean => breaker.refuse(() => probes++) !== undefined
  const silent = (times: number): void => {
    for (let time = 0; time < times; time++) breaker.unanswered()
  }

  beforeEach(() => {
    breaker = new CircuitBreaker()
    probes = 0
  })

  it('opens after five timeouts in a row', () => {
    silent(4)
    expect(refuses()).to.equal(false)
    breaker.answered(undefined)
    silent(4)
    expect(refuses()).to.equal(false)
    silent(1)
    expect(refuses()).to.equal(true)
  })

  it('counts an error as a response', () => {
    silent(4)
    breaker.answered(new Error('no'))
    silent(4)
    expect(refuses()).to.equal(false)
  })

  it('ignores a late response while it is closed, and closes with one when it is open', () => {
    silent(4)
    breaker.answeredLate(undefined)
    silent(1)
    expect(refuses()).to.equal(true)
    breaker.answeredLate(undefined)
    expect(refuses()).to.equal(false)
    silent(4)
    expect(refuses()).to.equal(false)
  })

  it('probes once a second while it refuses calls', () => {
    silent(5)
    for (const [ms, count] of [
      [0, 0],
      [999, 0],
      [1, 1],
      [999, 1],
      [1, 2],
    ] as const) {
      timers.turn(ms)
      expect([refuses(), refuses(), probes]).to.deep.equal([true, true, count])
    }
  })

  it('stays open after an error, and closes with the first success', () => {
    silent(5)
    breaker.answered(new Error('loading'))
    expect(refuses()).to.equal(true)
    breaker.answered(undefined)
    expect(refuses()).to.equal(false)
    expect(timers.pending()).to.equal(0)
  })

  it('publishes once that it opens, and once that it closes', () => {
    const heard: string[] = []
    const channels = ['unavailable', 'available'].map(name => [`resession:${name}`, () => heard.push(name)] as const)
    for (const [name, listener] of channels) subscribe(name, listener)
    silent(7)
    breaker.answeredLate(undefined)
    breaker.answered(undefined)
    for (const [name, listener] of channels) unsubscribe(name, listener)
    expect(heard).to.deep.equal(['unavailable', 'available'])
  })
})
