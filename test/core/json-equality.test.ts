import { expect } from 'chai'
import fc from 'fast-check'
import { serializeData } from '../../lib/core/record/serialize-data'
import { cloneJson, isUnchanged } from '../../lib/core/record/json-equality'

/** Data as from JSON.parse, with `__proto__` among the keys. */
const bag = fc
  .dictionary(
    fc.oneof(fc.constantFrom('a', 'b', '1', 'toJSON', '__proto__'), fc.string()).filter(key => key !== 'cookie'),
    fc.jsonValue({ depthSize: 'medium' }),
  )
  .map(data => JSON.parse(JSON.stringify(data)) as object)

const FEW: readonly fc.JsonValue[] = [0, '0', [0], [0, 0], { a: 0, b: 0 }, { b: 0, a: 0 }]

/** Data of few keys and values, so that two of them are often equal or nearly equal. */
const fewValues = fc
  .dictionary(fc.constantFrom('a', '1', '__proto__'), fc.constantFrom(...FEW), { maxKeys: 2 })
  .map(data => JSON.parse(JSON.stringify(data)) as object)

const session = (data: object): object => Object.defineProperties({ cookie: {} }, Object.getOwnPropertyDescriptors(data))

/** Pairs of a session and of data whose JSON differs, or that only JSON can distinguish. */
const others: readonly (readonly [what: string, session: object, before: object])[] = [
  ['another value', { a: 1 }, { a: 2 }],
  ['another type', { a: 1 }, { a: '1' }],
  ['one key more', { a: 1, b: 2 }, { a: 1 }],
  ['one key less', { a: 1 }, { a: 1, b: 2 }],
  ['another order of keys', { b: 2, a: 1 }, { a: 1, b: 2 }],
  ['another order of nested keys', { a: { c: 2, b: 1 } }, { a: { b: 1, c: 2 } }],
  ['a nested key named cookie', { a: { cookie: 1 } }, { a: {} }],
  ['an array for an object', { a: [] }, { a: {} }],
  ['an object for an array', { a: { length: 0 } }, { a: [] }],
  ['a longer array', { a: [1, 2] }, { a: [1] }],
  ['a hole in an array', { a: [, 2] }, { a: [null, 2] }], // eslint-disable-line no-sparse-arrays
  ['undefined for null', { a: undefined }, { a: null }],
  ['NaN for null', { a: NaN }, { a: null }],
  ['a date', { a: new Date(0) }, { a: '1970-01-01T00:00:00.000Z' }],
  ['an instance of a class', { a: new Map() }, { a: {} }],
  ['an object with toJSON', { a: { toJSON: () => 1 } }, { a: { toJSON: 1 } }],
  ['an array with toJSON', { a: Object.assign([1], { toJSON: () => 1 }) }, { a: [1] }],
  ['an object with a non-enumerable toJSON', { a: Object.defineProperty({ b: 1 }, 'toJSON', { value: () => 2 }) }, { a: { b: 1 } }],
]

describe('core: comparison and copies of JSON data', () => {
  it('finds a copy unchanged', () => {
    fc.assert(fc.property(bag, data => isUnchanged(session(cloneJson(data)), data) || hasToJson(data)))
  })

  it('finds data unchanged exactly if their JSON is the same', () => {
    fc.assert(
      fc.property(fewValues, fewValues, (a, b) => {
        expect(isUnchanged(session(a), b)).to.equal(serializeData(session(a)) === JSON.stringify(b))
      }),
      { numRuns: 2000 },
    )
  })

  for (const [what, now, before] of others) {
    it(`finds a change: ${what}`, () => expect(isUnchanged(session(now), before)).to.equal(false))
  }

  it('ignores the cookie at any position among the keys', () => {
    expect(isUnchanged({ a: 1, cookie: {}, b: [{ c: null }] }, { a: 1, b: [{ c: null }] })).to.equal(true)
  })

  it('copies deeply', () => {
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

/** Whether the data contains a key toJSON, which only JSON.stringify can evaluate. */
function hasToJson(value: unknown): boolean {
  return JSON.stringify(value).includes('"toJSON"')
}

/** Changes every value. */
function spoil(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  for (const inner of Object.values(value)) spoil(inner)
  for (const key of Object.keys(value)) Object.defineProperty(value, key, { value: 'spoilt' })
}
