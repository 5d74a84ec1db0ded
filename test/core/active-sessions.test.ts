import { expect } from 'chai'
import { Deadline } from '../../lib/core/concurrency/deadline'
import { Transaction } from '../../lib/core/concurrency/transaction'
import { Turn } from '../../lib/core/concurrency/turn'
import { ActiveSessions } from '../../lib/core/concurrency/active-sessions'
import { turns } from '../support/wire'

type Finish = (err?: unknown) => void

const forEver = (): Deadline => new Deadline(Infinity)

/** Asks the store for something; `finish` is its reply. */
class Asking extends Turn {
  constructor(
    transaction: Transaction,
    done: Finish,
    private readonly ask: (finish: Finish) => void,
    readonly shared = false,
    deadline = forEver(),
  ) {
    super(transaction, deadline, done)
  }

  override act(): void {
    this.ask(err => this.finish(err))
  }
}

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
      new Asking(one, says(`${what} ${index}`), finish => void finishes.push(finish), what === 'touch').run()
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
    new Asking(first, says('first'), finish => (answer = finish)).run()
    new Asking(second, says('second', new Error('the app’s')), finish => finish()).run()
    new Asking(third, says('third'), finish => finish()).run()
    expect(() => answer()).to.throw('the app’s')
    await turns(2)
    expect(said).to.deep.equal(['second', 'first', 'third'])
  })

  it('fail if the call throws, and the next call runs', () => {
    new Asking(hold(), says('first'), () => {
      throw new Error('no JSON')
    }).run()
    new Asking(hold(), says('second'), finish => finish()).run()
    expect(said).to.deep.equal(['first: no JSON', 'second'])
  })

  it('run synchronously on a synchronous store, and fail if the call throws', () => {
    const one = hold()
    const atOnce = (name: string, ask: (finish: Finish) => void): void => new Asking(one, says(name), ask, false, Deadline.NONE).run()
    atOnce('first', finish => finish())
    atOnce('second', () => {
      throw new Error('no JSON')
    })
    atOnce('third', finish => finish(new Error('store down')))
    expect(said).to.deep.equal(['first', 'second: no JSON', 'third: store down'])
    one.release()
    expect(inFlight.size).to.equal(0)
  })

  it('call back once on a synchronous store, even if the callback throws', () => {
    const asking = new Asking(hold(), says('first', new Error('the app’s')), finish => finish(), false, Deadline.NONE)
    expect(() => asking.run()).to.throw('the app’s')
    expect(said).to.deep.equal(['first'])
  })

  it('keep the session in use until the last call is done, even after release', () => {
    let answer: Finish = () => {}
    const one = hold()
    new Asking(one, says('one'), finish => (answer = finish)).run()
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

  for (const method of ['destroy', 'endOutsideQueue'] as const) {
    it(`are over once, although a session is ended twice, by ${method}`, () => {
      const one = hold()
      const twice = (ended: Finish): void => [undefined, new Error('again')].forEach(err => ended(err))
      inFlight[method]('ada', forEver(), twice, says('ended'))
      expect(said).to.deep.equal(['ended'])
      expect([one.active.ending, one.active.holders, one.active.isIdle, one.isEnded]).to.deep.equal([0, 1, true, true])
    })
  }

  it('do not see a session as ended if its destroy has failed', () => {
    const one = hold()
    inFlight.destroy('ada', forEver(), done => done(new Error('store down')), says('destroy'))
    expect(said).to.deep.equal(['destroy: store down'])
    expect(one.isEnded).to.equal(false)
  })
})
