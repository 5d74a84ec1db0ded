import { expect } from 'chai'
import { everyOrder, play, type Act, type Place, type Played } from './rig'

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

/** Where and how two requests meet: in one process with any store; in two with one that compares. */
const WAYS: Record<string, { options?: Parameters<typeof play>[3]; place?: Place }> = {
  'in one process': {},
  'in one process, with resave': { options: { resave: true } },
  'in one process, with merge': { options: { concurrency: 'merge' } },
  'in two, on a store that compares': { place: { ability: 'compareAndSet', processes: 2 } },
}

describe('concurrency: two requests, in every order of their steps', () => {
  for (const [index, [what, a]] of Object.entries(kinds('a')).entries()) {
    for (const [other, b] of Object.entries(kinds('b')).slice(index)) {
      for (const [where, { options, place }] of Object.entries(WAYS)) {
        it(`one ${what}, the other ${other}, ${where}`, () => {
          const pair = [a, b] as [Kind, Kind]
          const changing = [what, other].includes('changes')
          const orders = everyOrder(choose => check(pair, play([a.act, b.act], KNOWN, choose, options, undefined, place), !changing))
          expect(orders).to.be.at.least(70)
        }).timeout(30_000)
      }
    }
  }
})
