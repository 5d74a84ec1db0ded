import { expect } from 'chai'
import fc from 'fast-check'
import { ExtendibleMap } from '../../lib/stores/memory/extendible-map'
import { Records } from '../../lib/stores/memory/records'
import { useCalls } from '../support/calls'
import { useClock } from '../support/clock'

const MINUTE = 60_000
const MOST = 4096
const MANY = 20_000
const id = (number: number) => `visitor ${number}`
const sessionFor = (maxAge: number) => ({ cookie: { expires: new Date(Date.now() + maxAge) } }) as never

describe('stores: the extendible map of MemoryStore', () => {
  const clock = useClock()
  const listed = useCalls(Map.prototype, 'keys')

  it('behaves as a Map, in any sequence of calls', () => {
    const ids = fc.integer({ min: 0, max: 40 }).map(id)
    const step = fc.record({ what: fc.constantFrom('set', 'set', 'set', 'delete', 'clear'), id: ids })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), steps => {
        const [buckets, map] = [new ExtendibleMap<number>(3), new Map<string, number>()]
        for (const [at, { what, id }] of steps.entries()) {
          if (what === 'set') for (const kept of [buckets, map]) kept.set(id, at)
          else if (what === 'delete') expect(buckets.delete(id)).to.equal(map.delete(id))
          else for (const kept of [buckets, map]) kept.clear()
          expect(buckets.get(id)).to.equal(map.get(id))
        }
        expect(buckets.size).to.equal(map.size)
        expect(Array.from(buckets.entries())).to.have.deep.members(Array.from(map))
        expect(Array.from(buckets.keys())).to.have.members(Array.from(map.keys()))
      }),
    )
  })

  it('iterates over each entry, and no deleted one, while its buckets are split', () => {
    const buckets = new ExtendibleMap<number>(3)
    for (let at = 0; at < 50; at++) buckets.set(id(at), at)
    const seen = new Set<string>()
    let added = 50
    for (const [id_, value] of buckets.entries()) {
      expect(buckets.get(id_)).to.equal(value)
      seen.add(id_)
      if (added < 500) for (let more = 0; more < 5; more++) buckets.set(id(added), added++)
      buckets.delete(id_)
    }
    expect(seen).to.include.keys(Array.from({ length: 50 }, (_, at) => id(at)))
  })

  it('ends an iteration when it is cleared', () => {
    const buckets = new ExtendibleMap<number>(3)
    for (let at = 0; at < 50; at++) buckets.set(id(at), at)
    const entries = buckets.entries()
    entries.next()
    buckets.clear()
    expect(Array.from(entries)).to.deep.equal([])
  })

  it('keeps the insertion order while it has one bucket', () => {
    const buckets = new ExtendibleMap<number>()
    for (let at = 0; at < MOST; at++) buckets.set(id(at), at)
    expect(Array.from(buckets.keys())).to.deep.equal(Array.from({ length: MOST }, (_, at) => id(at)))
  })

  it('limits the size of each bucket, with any number of sessions', () => {
    const largest = largestMapOf(() => {
      const records = new Records(Infinity)
      for (let at = 0; at < MANY; at++) records.set(id(at), sessionFor(MINUTE))
      expect(records.ids()).to.have.lengthOf(MANY)
    })
    expect(largest).to.equal(MOST)
  })

  it('has no expired sessions after as many writes as there were sessions', () => {
    const records = new Records(Infinity)
    for (let at = 0; at < MANY; at++) records.set(id(at), sessionFor(MINUTE))
    clock.turn(2 * MINUTE)
    for (let at = 0; at < MANY; at++) records.set('mine', sessionFor(MINUTE))
    // As if nothing had expired
    clock.turn(-2 * MINUTE)
    expect(records.ids()).to.deep.equal(['mine'])
  })

  it('searches from the start for the oldest session once, and not for each eviction', () => {
    const records = new Records(10)
    for (let at = 0; at < 1000; at++) records.set(id(at), sessionFor(MINUTE))
    expect(records.ids()).to.deep.equal(Array.from({ length: 10 }, (_, at) => id(990 + at)))
    expect(listed.count()).to.equal(1)
  })
})

/** The size of the largest map that was written to. */
function largestMapOf(act: () => void): number {
  const { set } = Map.prototype
  let largest = 0
  Map.prototype.set = function (this: Map<unknown, unknown>, key: unknown, value: unknown) {
    set.call(this, key, value)
    largest = Math.max(largest, this.size)
    return this
  }
  try {
    act()
  } finally {
    Map.prototype.set = set
  }
  return largest
}
