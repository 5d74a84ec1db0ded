import { expect } from 'chai'
import fc from 'fast-check'
import { recordText, serializeData, serializeRecord } from '../../lib/core/record/serialize-data'

describe('core: serializeData', () => {
  it('leaves out the cookie', () => {
    expect(serializeData({ cookie: { maxAge: 1 }, a: 1 })).to.equal(serializeData({ cookie: { maxAge: 2 }, a: 1 }))
  })

  it('ignores values that JSON cannot express', () => {
    for (const data of [{}, { cookie: { maxAge: 1 } }, { cookie: null, a: undefined, b: () => {} }])
      expect(serializeData(data)).to.equal('{}')
  })

  it('includes a nested key named cookie', () => {
    expect(serializeData({ a: { cookie: 1 } })).to.not.equal(serializeData({ a: { cookie: 2 } }))
  })

  it('differs when and only when the JSON differs', () => {
    const bag = fc.dictionary(
      fc.string().filter(key => key !== 'cookie'),
      fc.jsonValue(),
      { noNullPrototype: true },
    )
    fc.assert(
      fc.property(bag, bag, (a, b) => {
        expect(serializeData({ cookie: 1, ...a }) === serializeData({ cookie: 2, ...b })).to.equal(JSON.stringify(a) === JSON.stringify(b))
      }),
      { numRuns: 2000 },
    )
  })

  it('throws for a circular value and a BigInt', () => {
    const circle: Record<string, unknown> = {}
    circle.self = circle
    expect(() => serializeData(circle)).to.throw(TypeError, 'circular')
    expect(() => serializeData({ big: 1n })).to.throw(TypeError, 'BigInt')
  })
})

describe('core: recordText', () => {
  const marks = { c: 1, a: 2, h: 'handle' }

  for (const [name, data] of Object.entries<object>({
    'no data': {},
    'some data': { a: 1, 0: 'zero', b: { c: ['}'] } },
    'a toJSON that gives an object': { toJSON: () => ({ a: 1 }) },
    'a toJSON that gives a text': { toJSON: () => 'text' },
    'a toJSON that gives a list': { toJSON: () => [1] },
  })) {
    it(`gives valid JSON for ${name}`, () => {
      const text = recordText(serializeData(data), marks)
      expect(() => JSON.parse(text) as unknown).to.not.throw()
      if (!('toJSON' in data)) expect(text).to.equal(serializeRecord({ cookie: {}, ...data, '~': marks }))
    })
  }

  it('gives the text of the data without marks, and with data of the app in their place', () => {
    expect(recordText('{"a":1}', undefined)).to.equal('{"a":1}')
    expect(recordText('{"~":"app"}', undefined)).to.equal('{"~":"app"}')
  })
})
