import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect } from 'chai'
import { readCommandLine } from '../command-line'
import { mustAllAgree, type Seen } from '../equality'
import { isReached } from '../bars'
import { growthBars } from '../growth/bars'
import { groups, type Group } from '../growth/groups'
import { growthMarkdown } from '../growth/markdown'
import { growthPlot, scaleOf } from '../growth/plot'
import { growthRows, type GrowthRow } from '../growth/rows'
import { grow, type Grown } from '../measured/growth/job'
import { FORMS, withOthers } from '../measured/growth/other-cookies'
import { YARDSTICK, type Subject } from '../measured/subjects'
import { plans, type Plan } from '../plans'
import { barsTable } from '../report/bars-table'
import type { Result } from '../report/result'
import { rounded, spreadOf } from '../spread'

/** From the sources: this test does not depend on a build. */
const source = require.resolve('../../lib')
const fromSource = (subject: Subject): Subject => (subject.module === 'resession' ? { ...subject, module: source } : subject)

const FEW: Plan['growth'] = {
  ...{ rounds: 1, sessions: [20], calls: 30, expired: 40, hits: 50, kilobytes: [1, 3], cookies: [1, 3] },
  ...{ header: 16_000, warmUp: 0, seconds: 0.001 },
}

/** The results of each subject at each point. */
async function grownIn(group: Group): Promise<ReadonlyMap<Subject, Grown>[]> {
  const all: Map<Subject, Grown>[] = []
  for (const { job } of group.points(FEW)) {
    const results = new Map<Subject, Grown>()
    for (const subject of group.subjects) {
      results.set(subject, await grow({ do: 'grow', subject: fromSource(subject), ...job(subject) }))
    }
    all.push(results)
  }
  return all
}

describe('The growth of the benchmark', function () {
  this.timeout(20_000)

  before(() => {
    setFlagsFromString('--expose-gc')
    global.gc ??= runInNewContext('gc') as NonNullable<typeof global.gc>
  })

  for (const group of groups) {
    it(`has the same curves for each subject, with the same behaviour: ${group.name}`, async () => {
      for (const results of await grownIn(group)) {
        const curves = Array.from(results.values(), ({ values }) => Object.keys(values))
        for (const names of curves) expect(names).to.deep.equal(curves[0])
        const seen = Array.from(results, ([subject, { before }]) => [subject, before && { before }] as const)
        mustAllAgree(group.name, new Map(seen.filter((one): one is [Subject, Seen] => one[1] !== undefined)))
      }
    })
  }

  it('removes all expired sessions, and finds all others', async () => {
    const [expired, alive] = await grownIn(groups.find(({ name }) => name === 'pruning') as Group)
    for (const { values } of expired?.values() ?? []) expect(values).to.include({ 'expired sessions left': 0 })
    for (const { values } of alive?.values() ?? []) expect(Object.keys(values)).to.deep.equal(['longest stop with nothing expired, ms'])
  })

  it('leaves no records of requests without a session', async () => {
    const [results] = await grownIn(groups.find(({ name }) => name === 'anonymous hits') as Group)
    for (const { values } of results?.values() ?? []) expect(values).to.include({ 'records left': 0 })
  })
})

describe('The other cookies of the benchmark', () => {
  const own = 'connect.sid=s%3Aabc.def'

  it('have the given number, and come before that of the session', () => {
    expect(withOthers(own, { cookies: 0 })).to.equal(own)
    const cookies = withOthers(own, { cookies: 63 }).split('; ')
    expect(new Set(cookies)).to.have.lengthOf(64)
    expect(cookies.at(-1)).to.equal(own)
  })

  for (const form of FORMS) {
    it(`fill a header exactly, and are no session: ${form}`, () => {
      const header = withOthers(own, { bytes: 16_000, form })
      expect(header).to.have.lengthOf(16_000)
      expect(header.split('; ').filter(pair => pair.startsWith('connect.sid='))).to.deep.equal([own])
    })
  }
})

const sampled = (group: string, curve: string, subject: string, at: number, round: number, value: number) => ({
  ...{ group, curve, subject, at, round, value },
})
const row = (group: string, curve: string, at: number, value: number, subject = 'resession'): GrowthRow => ({
  ...{ group, curve, subject, at },
  value: spreadOf([value]),
})

describe('The rows of growth', () => {
  it('subtract the floor of the same round, in any order of the subjects', () => {
    const times = [
      ...[sampled('cookies', 'cookies', 'none', 8, 0, 10), sampled('cookies', 'cookies', 'resession', 8, 0, 12)],
      ...[sampled('cookies', 'cookies', 'resession', 8, 1, 24), sampled('cookies', 'cookies', 'none', 8, 1, 20)],
    ]
    const rows = growthRows(times, groups)
    expect(rows.map(({ subject, value }) => [subject, value.rounds])).to.deep.equal([
      ['none', [10, 20]],
      ['resession', [2, 4]],
    ])
  })

  it('do not subtract the floor in some groups', () => {
    const whole = groups.map(group => ({ ...group, added: false }))
    const times = ['none', 'resession'].map(subject => sampled('cookies', 'cookies', subject, 8, 0, 10))
    expect(growthRows(times, whole).map(({ value }) => value.median)).to.deep.equal([10, 10])
  })

  it('are one curve after the other', () => {
    const calls = [10, 20].flatMap(at => ['get', 'set'].map(curve => sampled('store size', curve, 'resession', at, 0, at)))
    const rows = growthRows(calls, groups)
    expect(rows.map(({ curve, at, value }) => [curve, at, value.median])).to.deep.equal([
      ['get', 10, 10],
      ['get', 20, 20],
      ['set', 10, 10],
      ['set', 20, 20],
    ])
  })
})

describe('The bars of growth', () => {
  const reached = (rows: GrowthRow[]) =>
    growthBars(rows).map(bar => [bar.measured === undefined ? undefined : rounded(bar.measured), isReached(bar)])
  const powered = (power: number) => [1, 2, 10, 50, 100].map(at => row('data size', 'resumed read', at, 3 * at ** power))

  it('are reached by a store that is at most twice as slow when it is large', () => {
    expect(reached([row('store size', 'get', 1000, 100), row('store size', 'get', 10_000, 200)])).to.deep.equal([[2, true]])
    expect(reached([row('store size', 'get', 1000, 100), row('store size', 'get', 10_000, 201)])).to.deep.equal([[2.01, false]])
  })

  it('are reached by a linear cost with any fixed cost, and not by a higher one', () => {
    expect(reached(powered(1))).to.deep.equal([[1, true]])
    expect(reached(powered(1.2))).to.deep.equal([[1.2, false]])
    expect(reached(powered(2))).to.deep.equal([[2, false]])
    expect(reached([row('cookies', 'cookies', 1, 6), row('cookies', 'cookies', 8, 6), row('cookies', 'cookies', 64, 6)])).to.deep.equal([
      [0, true],
    ])
  })

  it('are not reached because of a fixed cost that hides the growth', () => {
    const curve = [
      row('data size', 'resumed read', 1, 10),
      row('data size', 'resumed read', 10, 20),
      row('data size', 'resumed read', 100, 500),
    ]
    expect(reached(curve)).to.deep.equal([[1.398, false]])
  })

  it('are not reached without a measurement', () => {
    expect(reached([row('cookies', 'cookies', 8, -1), row('cookies', 'cookies', 64, 1)])).to.deep.equal([[NaN, false]])
  })

  const exact: readonly (readonly [group: string, curve: string, most: number])[] = [
    ['pruning', 'longest stop, ms', 5],
    ['pruning', 'expired sessions left', 0],
    ['anonymous hits', 'records left', 0],
    ['anonymous hits', 'growth of the heap, MB', 5],
    ['large header', 'many cookies', 150],
  ]

  for (const [group, curve, most] of exact) {
    it(`are reached by at most ${most}: ${group}, ${curve}`, () => {
      expect(reached([row(group, curve, 10, most)])).to.deep.equal([[most, true]])
      expect(reached([row(group, curve, 10, most + 1)])).to.deep.equal([[most + 1, false]])
    })
  }

  it('apply only to our package', () => {
    expect(growthBars([row('pruning', 'longest stop, ms', 10, 900, YARDSTICK)])).to.deep.equal([])
    expect(growthBars([row('pruning', 'longest stop with nothing expired, ms', 10, 900)])).to.deep.equal([])
  })
})

describe('The report of growth', () => {
  const growth = [
    ...[row('store size', 'get', 1000, 700), row('store size', 'get', 1000, 900, YARDSTICK)],
    ...[row('store size', 'get', 10_000, 1750), row('store size', 'get', 10_000, 1350, YARDSTICK), row('cookies', 'cookies', 1, -0.5)],
  ]
  const result = {
    growth,
    plan: plans.full,
    machine: { when: '2026-01-01', node: 'v20.19.0', processor: 'A <processor>', commit: 'abcdef0' },
  } as never as Result

  it('shows whether each bar was reached, and has a column for each subject', () => {
    expect(barsTable(growthBars(growth))).to.contain(
      '| get: times its time with 1000 sessions, with 10000 | at most 2.000 | 2.500 | no | express-session: 1.500 |',
    )
    const text = growthMarkdown(result)
    expect(text).to.contain('| get | 1000 | 700 | 700 to 700 | 900 | 900 to 900 |')
    expect(text).to.contain('| get | 10000 | 1750 | 1750 to 1750 | 1350 | 1350 to 1350 |')
    expect(text).to.not.contain('expired')
  })

  it('draws a curve of positive values for each subject in each panel', () => {
    const plot = growthPlot(result)
    expect(plot).to.match(/^<svg .*<\/svg>\n$/s)
    expect(plot.match(/<polyline /g)).to.have.lengthOf(2)
    expect(plot).to.contain('>get, ns<').and.contain('A &lt;processor>').and.not.contain('NaN').and.not.contain('>cookies, ')
  })

  it('has axes of whole decades, one at least', () => {
    const { of, decades } = scaleOf([30, 300], 0, 200)
    expect(decades).to.deep.equal([10, 100, 1000])
    expect([10, 100, 1000].map(of)).to.deep.equal([0, 100, 200])
    expect(scaleOf([1], 0, 100).decades).to.deep.equal([1, 10])
  })
})

describe('The command line of growth', () => {
  const chosen = (...words: string[]) => {
    const choice = readCommandLine(words.flatMap(word => ['--only', word]))
    return { ...choice, growth: choice.growth.map(({ name }) => name) }
  }

  it('measures all groups of growth by default', () => {
    expect(readCommandLine([]).growth).to.equal(groups)
    expect(readCommandLine(['--quick']).growth).to.equal(groups)
  })

  it('measures one group of growth, and nothing else', () => {
    const choice = chosen('pruning', 'cookies')
    expect(choice.growth).to.deep.equal(['pruning', 'cookies'])
    expect([choice.visits, choice.subjects, choice.pairs, choice.distantSubjects]).to.deep.equal([[], [], [], []])
    expect(choice.complete).to.be.false
  })

  it('measures it next to a visit, and omits growth if only a visit is chosen', () => {
    const choice = chosen('pruning', 'rolling')
    expect(choice.visits.map(({ name }) => name)).to.deep.equal(['rolling'])
    expect(choice.growth).to.deep.equal(['pruning'])
    expect(chosen('rolling').growth).to.deep.equal([])
  })
})
