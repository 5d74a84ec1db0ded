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

describe('stores: the bins of MemoryStore', () => {
  const clock = useClock()
  const listed = useCalls(Map.prototype, 'keys')

  it('hold what a map holds, whatever is done to them', () => {
    const ids = fc.integer({ min: 0, max: 40 }).map(id)
    const step = fc.record({ what: fc.constantFrom('set', 'set', 'set', 'delete', 'clear'), id: ids })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), steps => {
        const [bins, map] = [new ExtendibleMap<number>(3), new Map<string, number>()]
        for (const [at, { what, id }] of steps.entries()) {
          if (what === 'set') for (const kept of [bins, map]) kept.set(id, at)
          else if (what === 'delete') expect(bins.delete(id)).to.equal(map.delete(id))
          else for (const kept of [bins, map]) kept.clear()
          expect(bins.get(id)).to.equal(map.get(id))
        }
        expect(bins.size).to.equal(map.size)
        expect(Array.from(bins.entries())).to.have.deep.members(Array.from(map))
        expect(Array.from(bins.keys())).to.have.members(Array.from(map.keys()))
      }),
    )
  })

  it('show each entry, and none that has gone, to who goes through them while they divide', () => {
    const bins = new ExtendibleMap<number>(3)
    for (let at = 0; at < 50; at++) bins.set(id(at), at)
    const seen = new Set<string>()
    let added = 50
    for (const [id_, value] of bins.entries()) {
      expect(bins.get(id_)).to.equal(value)
      seen.add(id_)
      if (added < 500) for (let more = 0; more < 5; more++) bins.set(id(added), added++)
      bins.delete(id_)
    }
    expect(seen).to.include.keys(Array.from({ length: 50 }, (_, at) => id(at)))
  })

  it('show nothing of before to who goes through them while they are cleared', () => {
    const bins = new ExtendibleMap<number>(3)
    for (let at = 0; at < 50; at++) bins.set(id(at), at)
    const entries = bins.entries()
    entries.next()
    bins.clear()
    expect(Array.from(entries)).to.deep.equal([])
  })

  it('keep the order in which entries came, up to the first two', () => {
    const bins = new ExtendibleMap<number>()
    for (let at = 0; at < MOST; at++) bins.set(id(at), at)
    expect(Array.from(bins.keys())).to.deep.equal(Array.from({ length: MOST }, (_, at) => id(at)))
  })

  it('are never so large that their growing or shrinking takes long, with any number of sessions', () => {
    const largest = largestMapOf(() => {
      const records = new Records(Infinity)
      for (let at = 0; at < MANY; at++) records.set(id(at), sessionFor(MINUTE))
      expect(records.ids()).to.have.lengthOf(MANY)
    })
    expect(largest).to.equal(MOST)
  })

  it('are empty of what has expired after as many writes, however many it was', () => {
    const records = new Records(Infinity)
    for (let at = 0; at < MANY; at++) records.set(id(at), sessionFor(MINUTE))
    clock.turn(2 * MINUTE)
    for (let at = 0; at < MANY; at++) records.set('mine', sessionFor(MINUTE))
    // As if nothing had expired
    clock.turn(-2 * MINUTE)
    expect(records.ids()).to.deep.equal(['mine'])
  })

  it('are looked through from the start for the oldest once, not for each that makes room', () => {
    const records = new Records(10)
    for (let at = 0; at < 1000; at++) records.set(id(at), sessionFor(MINUTE))
    expect(records.ids()).to.deep.equal(Array.from({ length: 10 }, (_, at) => id(990 + at)))
    expect(listed.count()).to.equal(1)
  })
})

/** How many entries the largest map had that was written to. */
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
