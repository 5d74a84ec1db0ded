import { expect } from 'chai'
import { Deadline } from '../../lib/core/concurrency/deadline'
import { ActiveSessions } from '../../lib/core/concurrency/active-sessions'
import { PendingWrite } from '../../lib/core/concurrency/pending-write'

describe('core: a pending write', () => {
  let inFlight: ActiveSessions
  const write = (id = 'ada', kind: 'data' | 'touch' = 'data'): PendingWrite => new PendingWrite(id, kind, inFlight)
  const late = (id?: string): PendingWrite => {
    const pending = write(id)
    pending.giveUp()
    pending.settle()
    return pending
  }
  const destroy = (id = 'ada', err?: Error): void =>
    inFlight.destroy(
      id,
      new Deadline(Infinity),
      done => done(err),
      () => {},
    )

  beforeEach(() => {
    inFlight = new ActiveSessions()
  })

  it('leaves no entry once it is done', () => {
    write().settle()
    expect([inFlight.size, inFlight.lateWrites.size]).to.deep.equal([0, 0])
  })

  it('that is late may restore a session that was destroyed after the write began, and no other', () => {
    const [ada, again, bob] = [late(), late(), late('bob')]
    destroy()
    const later = late()
    expect([ada, again, bob, later].map(one => one.arrive())).to.deep.equal([true, true, false, false])
  })

  it('may restore a session that was destroyed before the write was late', () => {
    const pending = write()
    destroy()
    pending.giveUp()
    pending.settle()
    expect(pending.arrive()).to.equal(true)
  })

  it('that is late may restore a session whose destroy began before the write and ended after it', () => {
    let destroyed: () => void = () => {}
    inFlight.destroy(
      'ada',
      new Deadline(Infinity),
      done => (destroyed = done),
      () => {},
    )
    const pending = late()
    destroyed()
    expect(pending.arrive()).to.equal(true)
  })

  it('that is late restores nothing if the destroy has failed', () => {
    const pending = late()
    destroy('ada', new Error('no'))
    expect([inFlight.isDestroyed('ada'), pending.arrive()]).to.deep.equal([false, false])
  })

  it('that is late hides a destroyed session until it has been destroyed again', () => {
    const pending = late()
    expect(inFlight.isDestroyed('ada')).to.equal(false)
    destroy()
    expect([inFlight.isDestroyed('ada'), inFlight.isDestroyed('bob')]).to.deep.equal([true, false])
    pending.arrive()
    expect(inFlight.isDestroyed('ada')).to.equal(true)
    pending.end()
    expect([inFlight.isDestroyed('ada'), inFlight.lateWrites.size]).to.deep.equal([false, 0])
  })

  it('that is late does not hide a new session under the same ID', () => {
    late()
    destroy()
    write('ada', 'touch').settle()
    expect(inFlight.isDestroyed('ada')).to.equal(true)
    write().settle()
    expect(inFlight.isDestroyed('ada')).to.equal(false)
  })

  it('of a touch does not affect other requests unless it is late', () => {
    const pending = write('ada', 'touch')
    const flight = inFlight.acquire('ada')
    pending.giveUp()
    pending.settle()
    expect(flight.writtenAt).to.equal(0)
    pending.arrive()
    expect(flight.writtenAt).to.be.greaterThan(0)
  })

  it('that is late is remembered, up to ten thousand, and the oldest is dropped first', () => {
    const writes = Array.from({ length: 10_010 }, (_, n) => late(`${n}`))
    expect([inFlight.lateWrites.size, inFlight.size]).to.deep.equal([10_000, 0])
    for (const id of ['0', '9', '10', '10009']) destroy(id)
    expect(['0', '9', '10', '10009'].map(id => inFlight.isDestroyed(id))).to.deep.equal([false, false, true, true])
    writes.forEach(one => one.end())
    expect(inFlight.lateWrites.size).to.equal(0)
  })
})
