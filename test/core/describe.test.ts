import { expect } from 'chai'
import { describeFor } from '../../lib/core/users/describe'

const circle: Record<string, unknown> = {}
circle.self = circle

/** What `describe` returns, and what the list then says of the session. */
const ACCEPTED: readonly [unknown, unknown][] = [
  [undefined, undefined],
  [null, undefined],
  [{}, {}],
  [
    { agent: 'a browser', at: new Date(0), left: undefined },
    { agent: 'a browser', at: '1970-01-01T00:00:00.000Z' },
  ],
  [{ agent: 'x'.repeat(300) }, { agent: 'x'.repeat(256) }],
]

const REFUSED: readonly [unknown, string][] = [
  ['a browser', 'describe option must return an object, not the string "a browser"'],
  [7, 'describe option must return an object, not the number 7'],
  [['a browser'], 'describe option must return an object, not an array'],
  [{ id: 1n }, 'describe option must return an object that JSON can hold: Do not know how to serialize a BigInt'],
  [circle, 'describe option must return an object that JSON can hold: Converting circular structure to JSON'],
  [
    Object.fromEntries(Array.from({ length: 10 }, (_, at) => [at, 'x'.repeat(250)])),
    'describe option must return an object of at most 2048 bytes as JSON',
  ],
]

describe('core: describe', () => {
  for (const [given, about] of ACCEPTED) {
    it(`accepts ${JSON.stringify(given)?.slice(0, 60)}`, () => {
      expect(describeFor(() => given as object, {})).to.deep.equal(about)
    })
  }

  for (const [given, message] of REFUSED) {
    it(`refuses it: ${message}`, () => {
      expect(() => describeFor(() => given as object, {})).to.throw(TypeError, message)
    })
  }
})
