import { expect } from 'chai'
import { readCommandLine } from '../command-line'
import { secondsOf } from '../estimate'
import { Progress } from '../progress'
import { inTurn, turns } from '../rounds'

describe('The progress of the benchmark', () => {
  const minutesOf = (...words: string[]) => Object.values(secondsOf(readCommandLine(words))).reduce((sum, seconds) => sum + seconds, 0) / 60

  it('has every item of a round before the next round', () => {
    const items = [{ name: 'a' }, { name: 'b' }]
    const said: [string, number][] = []
    const all = Array.from(turns({ what: 'x', rounds: 2, items }, (line, part) => said.push([line, part])))
    expect(all.map(([round, { name }]) => `${round}${name}`)).to.deep.equal(['0a', '0b', '1a', '1b'])
    expect(said).to.deep.equal([
      ['x, round 1 of 2: a', 0],
      ['x, round 1 of 2: b', 0.25],
      ['x, round 2 of 2: a', 0.5],
      ['x, round 2 of 2: b', 0.75],
    ])
  })

  it('reverses every other round', () => {
    expect([0, 1, 2].map(round => inTurn('abc'.split(''), round).join(''))).to.deep.equal(['abc', 'cba', 'abc'])
  })

  it('reports the estimated rest, and corrects it by the finished steps', () => {
    let now = 0
    const lines: string[] = []
    const progress = new Progress(
      { first: 600, second: 1200 },
      line => lines.push(line),
      () => now,
    )
    progress.of('first')('begun', 0)
    now = 600_000
    progress.of('first')('half', 0.5)
    now = 2_400_000
    progress.of('second')('half', 0.5)
    progress.of('second')('all but nothing', 0.99)
    expect(lines).to.deep.equal([
      'begun; about 30 minutes left',
      'half; about 50 minutes left',
      'half; about 20 minutes left',
      'all but nothing; less than two minutes left',
    ])
  })

  it('estimates 36 minutes at most, and less for a part', () => {
    expect(minutesOf()).to.be.within(15, 36)
    expect(minutesOf('--only', 'rolling')).to.be.below(8)
    expect(minutesOf('--quick')).to.be.below(1)
    expect(secondsOf(readCommandLine(['--quick'])).inProcess).to.equal(0)
  })
})
