import { expect } from 'chai'
import { Deadline } from '../../lib/core/concurrency/deadline'
import { Transaction } from '../../lib/core/concurrency/transaction'
import { ActiveSessions } from '../../lib/core/concurrency/active-sessions'
import { turns } from '../support/wire'

type Finish = (err?: unknown) => void

const forEver = (): Deadline => new Deadline(Infinity)

describe('core: what requests of one session ask of the store', () => {
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

  it('is asked one after the other, but for what they may share', () => {
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

  it('a callback that throws is nobody else’s business: each is called, and what waits is asked', async () => {
    let answer: Finish = () => {}
    const [first, second, third] = [hold(), hold(), hold()]
    first.run(forEver(), says('first'), (_, finish) => (answer = finish))
    second.run(forEver(), says('second', new Error('the app’s')), (_, finish) => finish())
    third.run(forEver(), says('third'), (_, finish) => finish())
    expect(() => answer()).to.throw('the app’s')
    await turns(2)
    expect(said).to.deep.equal(['second', 'first', 'third'])
  })

  it('what cannot even be asked is an answer, and the next is asked', () => {
    hold().run(forEver(), says('first'), () => {
      throw new Error('no JSON')
    })
    hold().run(forEver(), says('second'), (_, finish) => finish())
    expect(said).to.deep.equal(['first: no JSON', 'second'])
  })

  it('is asked without a turn of a store that answers at once, and what cannot be asked is an answer there too', () => {
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

  it('of a store that answers at once is heard once, though whoever hears it throws', () => {
    expect(() => hold().runAtOnce(says('first', new Error('the app’s')), (_, finish) => finish())).to.throw('the app’s')
    expect(said).to.deep.equal(['first'])
  })

  it('is held until the last answer has come, though it has been let go', () => {
    let answer: Finish = () => {}
    const one = hold()
    one.run(forEver(), says('one'), (_, finish) => (answer = finish))
    one.release()
    one.release()
    expect(inFlight.size).to.equal(1)
    answer()
    expect(inFlight.size).to.equal(0)
  })

  it('is dead once it has been ended, to whoever has read it before or meanwhile, and to nobody else', () => {
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

  it('is alive again where it could not be ended', () => {
    const one = hold()
    inFlight.destroy('ada', forEver(), done => done(new Error('store down')), says('destroy'))
    expect(said).to.deep.equal(['destroy: store down'])
    expect(one.isEnded).to.equal(false)
  })
})
