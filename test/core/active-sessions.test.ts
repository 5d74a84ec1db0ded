import { expect } from 'chai'
import { Deadline } from '../../lib/core/concurrency/deadline'
import { Transaction } from '../../lib/core/concurrency/transaction'
import { ActiveSessions } from '../../lib/core/concurrency/active-sessions'
import { turns } from '../support/wire'

type Finish = (err?: unknown) => void

const forEver = (): Deadline => new Deadline(Infinity)

describe('core: store calls of concurrent requests of one session', () => {
  let inFlight: ActiveSessions
  let said: string[]
  const hold = (): Transaction => new Transaction('ada', inFlight)
  const says =
    (name: string, thrown?: Error): Finish =>
    err => {
      said.push(err ? `${name}: ${(err as Error).message}` : name)
      if (thrown) throw thrown
    }

  beforeEach(() => {
    inFlight = new ActiveSessions()
    said = []
  })

  it('run one after the other, except for calls that may run in parallel', () => {
    const finishes: Finish[] = []
    const holds = ['write', 'touch', 'touch', 'write', 'touch'].map((what, index) => {
      const one = hold()
      one.run(forEver(), says(`${what} ${index}`), (_, finish) => void finishes.push(finish), what === 'touch')
      return one
    })
    const asked = [finishes.length]
    for (let next = 0; next < 5; next++) {
      finishes[next]?.()
      asked.push(finishes.length)
    }
    expect(asked).to.deep.equal([1, 3, 3, 4, 5, 5])
    expect(said).to.deep.equal(['write 0', 'touch 1', 'touch 2', 'write 3', 'touch 4'])
    holds.forEach(one => one.release())
    expect(inFlight.size).to.equal(0)
  })

  it('continue after a callback that throws', async () => {
    let answer: Finish = () => {}
    const [first, second, third] = [hold(), hold(), hold()]
    first.run(forEver(), says('first'), (_, finish) => (answer = finish))
    second.run(forEver(), says('second', new Error('the app’s')), (_, finish) => finish())
    third.run(forEver(), says('third'), (_, finish) => finish())
    expect(() => answer()).to.throw('the app’s')
    await turns(2)
    expect(said).to.deep.equal(['second', 'first', 'third'])
  })

  it('fail if the call throws, and the next call runs', () => {
    hold().run(forEver(), says('first'), () => {
      throw new Error('no JSON')
    })
    hold().run(forEver(), says('second'), (_, finish) => finish())
    expect(said).to.deep.equal(['first: no JSON', 'second'])
  })

  it('run synchronously on a synchronous store, and fail if the call throws', () => {
    const one = hold()
    one.runAtOnce(says('first'), (asked, finish) => {
      expect(asked).to.equal(one)
      finish()
    })
    one.runAtOnce(says('second'), () => {
      throw new Error('no JSON')
    })
    one.runAtOnce(says('third'), (_, finish) => finish(new Error('store down')))
    expect(said).to.deep.equal(['first', 'second: no JSON', 'third: store down'])
    one.release()
    expect(inFlight.size).to.equal(0)
  })

  it('call back once on a synchronous store, even if the callback throws', () => {
    expect(() => hold().runAtOnce(says('first', new Error('the app’s')), (_, finish) => finish())).to.throw('the app’s')
    expect(said).to.deep.equal(['first'])
  })

  it('keep the session in use until the last call is done, even after release', () => {
    let answer: Finish = () => {}
    const one = hold()
    one.run(forEver(), says('one'), (_, finish) => (answer = finish))
    one.release()
    one.release()
    expect(inFlight.size).to.equal(1)
    answer()
    expect(inFlight.size).to.equal(0)
  })

  it('see a destroyed session as ended if they have read it before or during the destroy', () => {
    const before = hold()
    let ended: Finish = () => {}
    inFlight.destroy(
      'ada',
      forEver(),
      done => (ended = done),
      () => {},
    )
    const meanwhile = hold()
    meanwhile.read(meanwhile.moment, { text: '{}', cookie: { originalMaxAge: null } })
    ended()
    const after = hold()
    after.read(after.moment, { text: '{}', cookie: { originalMaxAge: null } })
    expect([before.isEnded, meanwhile.isEnded, after.isEnded]).to.deep.equal([true, true, false])
  })

  it('do not see a session as ended if its destroy has failed', () => {
    const one = hold()
    inFlight.destroy('ada', forEver(), done => done(new Error('store down')), says('destroy'))
    expect(said).to.deep.equal(['destroy: store down'])
    expect(one.isEnded).to.equal(false)
  })
})
