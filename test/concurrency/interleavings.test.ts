import { expect } from 'chai'
import { everyOrder, play, someOrders, type Act, type Choose, type Manner, type Place, type Played } from './rig'
import { core } from './rig-core'
import { koa } from './rig-koa'

const KNOWN = { user: 'ada', count: 1 }

const data = (host: Parameters<Act>[0]): Record<string, unknown> => host.session as never

interface Kind {
  readonly act: Act
  /** What has to hold of the session afterwards, whatever another request did; `ends` has precedence. */
  readonly ends?: true
  readonly puts?: string
  readonly deletes?: string
}

/** @param name of a key of its own */
const kinds = (name: string): Record<string, Kind> => ({
  reads: { act: (_, done) => done() },
  puts: { act: (host, done) => ((data(host)[name] = true), done()), puts: name },
  'puts and saves': { act: (host, done) => ((data(host)[name] = true), host.session.save(done)), puts: name },
  deletes: { act: (host, done) => (delete data(host).user, done()), deletes: 'user' },
  changes: { act: (host, done) => (data(host).user && (data(host).user = name), done()) },
  reloads: { act: (host, done) => host.session.reload(done) },
  destroys: { act: (host, done) => host.session.destroy(done), ends: true },
  regenerates: { act: (host, done) => host.session.regenerate(done), ends: true },
})

function check([a, b]: [Kind, Kind], { stored, others, held, errors }: Played, sole: boolean): void {
  expect(held).to.equal(0)
  if (a.ends || b.ends) {
    expect(stored).to.equal(undefined)
    return
  }
  expect(errors).to.deep.equal([])
  expect(others).to.deep.equal([])
  for (const { puts } of [a, b]) if (puts) expect(stored).to.have.property(puts)
  if (a.deletes || b.deletes) expect(stored).to.not.have.property('user')
  else expect(stored?.user).to.be.oneOf(sole ? ['ada'] : ['ada', 'a', 'b'])
  expect(stored).to.include({ count: 1 })
}

const IN_TWO: Place = { ability: 'compareAndSet', processes: 2 }

/** Orders by chance, where all would take too long. */
const SOME = 60
const MORE = 3000

interface Way extends Manner {
  /** So many of the orders. Default: all. */
  readonly orders?: number
}

/** Where and how two requests meet: in one process with any store; in two with one that compares. */
const WAYS: Record<string, Way> = {
  'in one process': { floor: core },
  'in one process, with resave': { floor: core, options: { resave: true } },
  'in one process, with merge': { floor: core, options: { concurrency: 'merge' } },
  'in two, on a store that compares': { floor: core, place: IN_TWO, options: { awaitTouch: true } },
  // The answer to a touch that nobody waits for comes anywhere: ten times as many orders
  [`in two, on a store that compares, with no touch awaited, in up to ${MORE} orders`]: { floor: core, place: IN_TWO, orders: MORE },
  'in one process, on Koa': { floor: koa },
  [`in one process, with merge, on Koa, in ${SOME} orders`]: { floor: koa, options: { concurrency: 'merge' }, orders: SOME },
  [`in two, on a store that compares, on Koa, in ${SOME} orders`]: { floor: koa, place: IN_TWO, orders: SOME },
}

describe('concurrency: two requests, in every order of their steps', () => {
  for (const [index, [what, a]] of Object.entries(kinds('a')).entries()) {
    for (const [other, b] of Object.entries(kinds('b')).slice(index)) {
      for (const [where, { orders: some, ...manner }] of Object.entries(WAYS)) {
        it(`one ${what}, the other ${other}, ${where}`, async () => {
          const pair = [a, b] as [Kind, Kind]
          const changing = [what, other].includes('changes')
          const playOne = async (choose: Choose): Promise<void> => check(pair, await play([a.act, b.act], KNOWN, choose, manner), !changing)
          const orders = await (some ? someOrders(some, playOne) : everyOrder(playOne))
          expect(orders).to.be.at.least(some ? SOME : 70)
        }).timeout(30_000)
      }
    }
  }
})
