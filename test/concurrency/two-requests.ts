import { expect } from 'chai'
import { deepEqual, equal, ok } from 'node:assert/strict'
import { everyOrder, play, someOrders, type Act, type Choose, type Manner, type Played } from './rig'

export const KNOWN = { user: 'ada', count: 1 }

const data = (host: Parameters<Act>[0]): Record<string, unknown> => host.session as never

export interface Kind {
  readonly act: Act
  /** The required state of the session afterwards, for any concurrent request; `ends` has precedence. */
  readonly ends?: true
  readonly puts?: string
  readonly deletes?: string
}

/** @param name of a key of its own */
export const kinds = (name: string): Record<string, Kind> => ({
  reads: { act: (_, done) => done() },
  puts: { act: (host, done) => ((data(host)[name] = true), done()), puts: name },
  'puts and saves': { act: (host, done) => ((data(host)[name] = true), host.session.save(done)), puts: name },
  deletes: { act: (host, done) => (delete data(host).user, done()), deletes: 'user' },
  changes: { act: (host, done) => (data(host).user && (data(host).user = name), done()) },
  reloads: { act: (host, done) => host.session.reload(done) },
  destroys: { act: (host, done) => host.session.destroy(done), ends: true },
  regenerates: { act: (host, done) => host.session.regenerate(done), ends: true },
})

/**
 * Checks the session after an order. By `node:assert`, because there are hundreds of thousands of orders: `expect` would take a fifth of the time.
 *
 * @param users the values that `user` may have, if it is not deleted
 */
export function check(requests: readonly Kind[], { stored, others, held, errors }: Played, users: readonly string[]): void {
  equal(held, 0)
  if (requests.some(({ ends }) => ends)) {
    equal(stored, undefined)
    return
  }
  deepEqual(errors, [])
  deepEqual(others, [])
  ok(stored)
  for (const { puts } of requests) if (puts) ok(Object.hasOwn(stored, puts), puts)
  if (requests.some(({ deletes }) => deletes)) ok(!Object.hasOwn(stored, 'user'), 'the user was deleted')
  else ok(users.includes(stored.user as string), String(stored.user))
  equal(stored.count, 1)
  ok(!Object.hasOwn(stored, 'spoilt'), 'a change that failed was stored')
}

/** A way in which two requests overlap. */
interface Way extends Manner {
  /** The number of random orders at most. Default: all orders. */
  readonly orders?: number
}

/** Fewer orders than any pair has. */
const FEWEST = 60

/** Tests each pair of requests in each way: the result must be right in every order of their steps. */
export function testPairs(ways: Readonly<Record<string, Way>>): void {
  for (const [index, [what, a]] of Object.entries(kinds('a')).entries()) {
    for (const [other, b] of Object.entries(kinds('b')).slice(index)) {
      for (const [where, { orders: most, ...manner }] of Object.entries(ways)) {
        it(`one ${what}, the other ${other}, ${where}`, async () => {
          const pair = [a, b] as [Kind, Kind]
          const users = [what, other].includes('changes') ? ['ada', 'a', 'b'] : ['ada']
          const playOne = async (choose: Choose): Promise<void> => check(pair, await play([a.act, b.act], KNOWN, choose, manner), users)
          const orders = await (most ? someOrders(most, playOne) : everyOrder(playOne))
          expect(orders).to.be.at.least(most ? Math.min(most, FEWEST) : 70)
        }).timeout(60_000)
      }
    }
  }
}
