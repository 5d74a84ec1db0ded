import { expect } from 'chai'
import { BusyQueue } from '../../../lib/stores/sqlite/busy-queue'
import { useTimers } from '../../support/timers'

const BUSY = Object.assign(new Error('database is locked'), { errcode: 5 })

describe('SqliteStore: operations that wait for a lock', () => {
  const timers = useTimers()
  const { now } = performance
  beforeEach(() => {
    performance.now = timers.now
  })
  afterEach(() => {
    performance.now = now
  })

  /** A locked database, which blocks the event loop at each try. */
  function locked() {
    let tries = 0
    let isFree = false
    const queue = new BusyQueue(() => {
      tries++
      if (!isFree) throw BUSY
    })
    return { queue, tries: () => tries, free: () => (isFree = true) } as const
  }

  it('fail together after five seconds, with one try', () => {
    const { queue, tries } = locked()
    const ends: unknown[] = []
    for (let n = 0; n < 100; n++)
      queue.run(
        () => n,
        err => ends.push(err),
      )
    timers.turn(4_900)
    expect(ends).to.deep.equal([])
    const before = tries()
    timers.turn(200)
    expect(ends).to.deep.equal(Array(100).fill(BUSY))
    expect(tries() - before).to.be.at.most(2)
    expect(timers.pending()).to.equal(0)
  })

  it('wait on if they have waited for less', () => {
    const { queue, free } = locked()
    const ends: unknown[] = []
    const write = (name: string): void =>
      queue.run(
        () => name,
        (err, value) => ends.push(err ?? value),
      )
    write('first')
    timers.turn(3_000)
    write('second')
    timers.turn(2_200)
    expect(ends).to.deep.equal([BUSY])
    free()
    timers.turn(100)
    expect(ends).to.deep.equal([BUSY, 'second'])
  })
})
