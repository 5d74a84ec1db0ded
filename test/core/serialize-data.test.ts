import { expect } from 'chai'
import fc from 'fast-check'
import { fingerprint } from '../../lib/core/record/serialize-data'

describe('core: fingerprint', () => {
  it('leaves out the cookie', () => {
    expect(fingerprint({ cookie: { maxAge: 1 }, a: 1 })).to.equal(fingerprint({ cookie: { maxAge: 2 }, a: 1 }))
  })

  it('of no data is that of an empty object, whatever has no place in JSON', () => {
    for (const data of [{}, { cookie: { maxAge: 1 } }, { cookie: null, a: undefined, b: () => {} }])
      expect(fingerprint(data)).to.equal('{}')
  })

  it('sees a cookie further in', () => {
    expect(fingerprint({ a: { cookie: 1 } })).to.not.equal(fingerprint({ a: { cookie: 2 } }))
  })

  it('differs when and only when the JSON differs', () => {
    const bag = fc.dictionary(
      fc.string().filter(key => key !== 'cookie'),
      fc.jsonValue(),
      { noNullPrototype: true },
    )
    fc.assert(
      fc.property(bag, bag, (a, b) => {
        expect(fingerprint({ cookie: 1, ...a }) === fingerprint({ cookie: 2, ...b })).to.equal(JSON.stringify(a) === JSON.stringify(b))
      }),
      { numRuns: 2000 },
    )
  })

  it('throws for what JSON cannot say', () => {
    const circle: Record<string, unknown> = {}
    circle.self = circle
    expect(() => fingerprint(circle)).to.throw(TypeError, 'circular')
    expect(() => fingerprint({ big: 1n })).to.throw(TypeError, 'BigInt')
  })
})
