import { expect } from 'chai'
import fc from 'fast-check'
import { serializeData } from '../../lib/core/record/serialize-data'
import { cloneJson, isUnchanged } from '../../lib/core/record/json-equality'

/** As JSON.parse makes them, `__proto__` among their keys. */
const bag = fc
  .dictionary(
    fc.oneof(fc.constantFrom('a', 'b', '1', 'toJSON', '__proto__'), fc.string()).filter(key => key !== 'cookie'),
    fc.jsonValue({ depthSize: 'medium' }),
  )
  .map(data => JSON.parse(JSON.stringify(data)) as object)

const FEW: readonly fc.JsonValue[] = [0, '0', [0], [0, 0], { a: 0, b: 0 }, { b: 0, a: 0 }]

/** Of so few keys and values that two of them are often alike, or nearly so. */
const fewValues = fc
  .dictionary(fc.constantFrom('a', '1', '__proto__'), fc.constantFrom(...FEW), { maxKeys: 2 })
  .map(data => JSON.parse(JSON.stringify(data)) as object)

const session = (data: object): object => Object.defineProperties({ cookie: {} }, Object.getOwnPropertyDescriptors(data))

/** Pairs of a session and of data that JSON writes otherwise, or that only JSON can tell from each other. */
const others: readonly (readonly [what: string, session: object, before: object])[] = [
  ['a value', { a: 1 }, { a: 2 }],
  ['a type', { a: 1 }, { a: '1' }],
  ['one key more', { a: 1, b: 2 }, { a: 1 }],
  ['one key less', { a: 1 }, { a: 1, b: 2 }],
  ['another order', { b: 2, a: 1 }, { a: 1, b: 2 }],
  ['another order further in', { a: { c: 2, b: 1 } }, { a: { b: 1, c: 2 } }],
  ['a cookie further in', { a: { cookie: 1 } }, { a: {} }],
  ['a list for an object', { a: [] }, { a: {} }],
  ['an object for a list', { a: { length: 0 } }, { a: [] }],
  ['a longer list', { a: [1, 2] }, { a: [1] }],
  ['a hole in a list', { a: [, 2] }, { a: [null, 2] }], // eslint-disable-line no-sparse-arrays
  ['nothing for null', { a: undefined }, { a: null }],
  ['no number for null', { a: NaN }, { a: null }],
  ['a date', { a: new Date(0) }, { a: '1970-01-01T00:00:00.000Z' }],
  ['an instance of a class', { a: new Map() }, { a: {} }],
  ['an object that says itself what JSON it is', { a: { toJSON: () => 1 } }, { a: { toJSON: 1 } }],
  ['a list that does', { a: Object.assign([1], { toJSON: () => 1 }) }, { a: [1] }],
  ['an object that does so in secret', { a: Object.defineProperty({ b: 1 }, 'toJSON', { value: () => 2 }) }, { a: { b: 1 } }],
]

describe('core: what data look like', () => {
  it('is as before where nothing was done', () => {
    fc.assert(fc.property(bag, data => isUnchanged(session(cloneJson(data)), data) || hasToJson(data)))
  })

  it('is as before exactly where JSON writes the same', () => {
    fc.assert(
      fc.property(fewValues, fewValues, (a, b) => {
        expect(isUnchanged(session(a), b)).to.equal(serializeData(session(a)) === JSON.stringify(b))
      }),
      { numRuns: 2000 },
    )
  })

  for (const [what, now, before] of others) {
    it(`is not as before: ${what}`, () => expect(isUnchanged(session(now), before)).to.equal(false))
  }

  it('is seen where the cookie stands among the keys, or behind them', () => {
    expect(isUnchanged({ a: 1, cookie: {}, b: [{ c: null }] }, { a: 1, b: [{ c: null }] })).to.equal(true)
  })

  it('is copied all the way down', () => {
    fc.assert(
      fc.property(bag, data => {
        const before = JSON.stringify(data)
        const copy = cloneJson(data)
        expect(JSON.stringify(copy)).to.equal(before)
        spoil(copy)
        expect(JSON.stringify(data)).to.equal(before)
      }),
    )
  })
})

/** As data: a session may hold what only JSON can judge. */
function hasToJson(value: unknown): boolean {
  return JSON.stringify(value).includes('"toJSON"')
}

/** Puts something else into everything. */
function spoil(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  for (const inner of Object.values(value)) spoil(inner)
  for (const key of Object.keys(value)) Object.defineProperty(value, key, { value: 'spoilt' })
}
