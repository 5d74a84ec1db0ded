import { expect } from 'chai'
import fc from 'fast-check'
import { LruCache } from '../../lib/primitives/lru-cache'

const MOST = 4

describe('primitives: LruCache', () => {
  let recent: LruCache<number>
  const fill = (from: number, count: number): void => {
    for (let at = from; at < from + count; at++) recent.set(`${at}`, at)
  }
  /** The first keys that are present. A read is a use, so nothing can be read afterwards. */
  const left = (count: number): number[] => Array.from({ length: count }, (_, at) => at).filter(at => recent.get(`${at}`) !== undefined)

  beforeEach(() => {
    recent = new LruCache(MOST)
  })

  it('has its entries, and no others', () => {
    recent.set('ada', 1)
    expect([recent.get('ada'), recent.get('bob'), recent.get('__proto__')]).to.deep.equal([1, undefined, undefined])
  })

  it('returns the last value of a key', () => {
    recent.set('ada', 1)
    recent.set('ada', 2)
    expect(recent.get('ada')).to.equal(2)
    fill(0, MOST)
    recent.set('ada', 3)
    expect(recent.get('ada')).to.equal(3)
  })

  it('keeps an entry while fewer than two generations of others are set', () => {
    recent.set('ada', 1)
    fill(0, 2 * MOST - 1)
    expect(recent.get('ada')).to.equal(1)
  })

  it('drops an entry with its generation', () => {
    recent.set('ada', 1)
    fill(0, 2 * MOST)
    expect(recent.get('ada')).to.equal(undefined)
  })

  it('deletes from both generations, and clears', () => {
    recent.set('ada', 1)
    fill(0, MOST)
    recent.set('bob', 2)
    for (const name of ['ada', 'bob']) recent.delete(name)
    expect([recent.get('ada'), recent.get('bob'), recent.get(`${MOST - 1}`)]).to.deep.equal([undefined, undefined, MOST - 1])
    recent.clear()
    expect(left(MOST)).to.deep.equal([])
  })

  it('keeps an entry as long as it is used', () => {
    recent.set('ada', 1)
    for (let at = 0; at < 100; at++) {
      fill(at, 1)
      expect(recent.get('ada'), `after ${at}`).to.equal(1)
    }
  })

  it('holds at most two generations', () => {
    for (let count = 0; count < 50; count++) {
      recent = new LruCache(MOST)
      fill(0, count)
      expect(left(count).length, `of ${count}`).to.be.at.most(2 * MOST)
    }
  })

  it('returns no wrong value, and keeps the most recently used entries', () => {
    const key = fc.integer({ min: 0, max: 6 }).map(String)
    const step = fc.record({ key, value: fc.option(fc.nat(), { nil: undefined }) })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3 }), fc.array(step, { minLength: 20, maxLength: 60 }), (most, steps) => {
        const own = new LruCache<number>(most)
        // In the order of their last use
        const model = new Map<string, number>()
        for (const { key, value } of steps) {
          const expected = value ?? model.get(key)
          const isLast = Array.from(model.keys()).slice(-most).includes(key)
          if (value !== undefined) own.set(key, value)
          const got = own.get(key)
          if (got !== undefined || value !== undefined || isLast) expect(got).to.equal(expected)
          model.delete(key)
          if (got !== undefined) model.set(key, got)
        }
      }),
    )
  })
})
