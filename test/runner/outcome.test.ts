import { expect } from 'chai'
import { isGood, readOutcome, summaryOf } from './outcome'

const ended = (output: string, code: number | null = 0) => readOutcome({ name: 'part', output, code, seconds: 1.25 })

describe('runner: the outcome of a part', () => {
  it('has the sums of all that its programs report', () => {
    const { passed, failed, skipped } = ended('  3 passing (2s)\n  1 pending\n\n  4 passing\n  0 failing\n')
    expect({ passed, failed, skipped }).to.deep.equal({ passed: 7, failed: 0, skipped: 1 })
  })

  it('is one failure if the program fails without a report, or is killed', () => {
    for (const code of [1, null]) expect(ended('error TS2322\n', code)).to.include({ failed: 1, failures: 'error TS2322' })
  })

  it('counts no failure twice', () => {
    expect(ended('  2 passing\n  3 failing\n', 3)).to.include({ passed: 2, failed: 3 })
  })

  it('ignores numbers in the output of tests', () => {
    expect(ended('it has 3 passing cars\n5 passings\n')).to.include({ passed: 0 })
  })

  it('is success without a failure', () => {
    expect(isGood(ended('  1 passing\n'))).to.equal(true)
    expect(isGood(ended('  1 failing\n', 1))).to.equal(false)
  })
})

describe('runner: the summary', () => {
  it('has the ten slowest files of all parts', () => {
    const slow = (from: number): string =>
      Array.from({ length: 6 }, (_, n) => `SLOW: ${(from - n).toFixed(1).padStart(7)} s  ${from - n}.test.ts\n`).join('')
    const lines = summaryOf([ended(slow(30)), ended(slow(101))])
      .split('\n')
      .slice(3, -1)
    const files = lines.map(line => line.trim().split(/ +/)[2])
    expect(files).to.deep.equal([101, 100, 99, 98, 97, 96, 30, 29, 28, 27].map(n => `${n}.test.ts`))
  })

  it('repeats the failures, gives the reason of skipped tests once, and ends with the sums', () => {
    const skipped = 'SKIPPED: tests that need Redis\n  1 passing\n  2 pending\n'
    const lines = summaryOf([ended(skipped), ended(skipped), ended('noise\n  1 passing\n  1 failing\n\n  1) a title\n', 1)]).split('\n')
    expect(lines).to.deep.equal([
      '-- part --',
      '  1 failing',
      '',
      '  1) a title',
      '',
      '       passed   failed  skipped  seconds',
      'part        1        0        2      1.3',
      'part        1        0        2      1.3',
      'part        1        1        0      1.3',
      'SKIPPED: tests that need Redis',
      '3 passed, 1 failed, 4 skipped',
    ])
  })
})
