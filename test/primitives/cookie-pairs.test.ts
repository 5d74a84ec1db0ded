import { expect } from 'chai'
import { nextPair, valueAt, valuesIn } from '../../lib/primitives/cookie-pairs'

const LONG = 'x'.repeat(4097)
const spaces = (count: number): string => ' '.repeat(count)

describe('primitives: the pairs of a Cookie header', () => {
  /** The value of the first `sid` of a header. */
  const first = (header: string): string | undefined => valueAt(header, header.indexOf('sid'), 'sid'.length)

  const values: Record<string, [header: string, value: string | undefined]> = {
    plain: ['sid=a', 'a'],
    'after another': ['b=1; sid=a', 'a'],
    'before another': ['sid=a; b=1', 'a'],
    empty: ['sid=', ''],
    'with an equals sign': ['sid=a=b', 'a=b'],
    'in quotes': ['sid="a"', 'a'],
    'that only begins with a quote': ['sid="a', '"a'],
    'that only ends with a quote': ['sid=a"', 'a"'],
    'with tabs around it': ['b=1;\tsid\t=\ta\t;c=2', 'a'],
    'with as many spaces as are skipped': [`b=1;${spaces(8)}sid${spaces(8)}=${spaces(8)}a${spaces(8)};c=2`, 'a'],
    'with a space more before the name': [`b=1;${spaces(9)}sid=a`, undefined],
    'with a space more after the name': [`sid${spaces(9)}=a`, undefined],
    'with a space more before it': [`sid=${spaces(9)}a`, ' a'],
    'with a space more after it': [`sid=a${spaces(9)}`, 'a '],
    'that is only spaces': ['sid=   ;b=1', ''],
    'of a longer name': ['xsid=a', undefined],
    'of a name with a suffix': ['sidx=a', undefined],
    'in another value': ['b=sid=a', undefined],
    'without an equals sign': ['sid', undefined],
  }
  for (const [what, [header, value]] of Object.entries(values)) {
    it(`${value === undefined ? 'have no value' : 'have the value'} ${what}`, () => {
      expect(first(header)).to.equal(value)
    })
  }

  it('are found at the positions of the name', () => {
    const header = 'sid=a; b=sid; xsid=c;sid=d'
    expect(nextPair(header, 0, 'sid')).to.equal(header.indexOf('sid;'))
    expect(nextPair(header, header.lastIndexOf('sid'), 'sid')).to.equal(-1)
  })

  it('give at most four values of a name', () => {
    expect(valuesIn('sid=a; b=1; sid=c; sid=d; sid=e; sid=f', 'sid')).to.deep.equal(['a', 'c', 'd', 'e'])
  })

  it('give values of up to 4,096 characters', () => {
    expect(valuesIn(`sid=${LONG}; sid=${LONG.slice(1)}; sid=a`, 'sid')).to.deep.equal([LONG.slice(1), 'a'])
  })

  it('are compared at most 256 times, without other names', () => {
    expect(valuesIn(`${`sid=${LONG};`.repeat(255)}sid=a`, 'sid')).to.deep.equal(['a'])
    expect(valuesIn(`${`sid=${LONG};`.repeat(256)}sid=a`, 'sid')).to.deep.equal([])
    expect(valuesIn(`${'xsid=1;'.repeat(300)}sid=a`, 'sid')).to.deep.equal(['a'])
  })
})
