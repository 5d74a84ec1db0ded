import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { readCommandLine } from '../command-line'
import { distantSubjects, subjects } from '../measured/subjects'
import { plans } from '../plans'
import { addedTimePlot } from '../report/added-time-plot'
import { markdownOf } from '../report/markdown'
import { replaceBetweenMarkers } from '../report/between-markers'
import type { Result } from '../report/result'
import { writeResult } from '../report/write'
import { spreadOf } from '../spread'
import { distantRows, httpRows, inProcessRows, memoryRows, sideBySideRows } from '../summary'

const BEGIN = '<!-- results: written by the run -->'
const END = '<!-- results: end -->'
const LEAD = '<!-- lead: written by the run --><!-- lead: end -->\n'
const GROWTH = '<!-- growth: written by the run --><!-- growth: end -->\n'
const BARS = '<!-- bars: written by the run --><!-- bars: end -->\n'

describe('The report of the benchmark', () => {
  it('is written between the markers, and nothing else changes', () => {
    const text = `# Title\n\n${BEGIN}\nold\n${END}\n\nafter\n`
    expect(replaceBetweenMarkers(text, 'new')).to.equal(`# Title\n\n${BEGIN}\n\nnew\n\n${END}\n\nafter\n`)
  })

  it('can be written again and again', () => {
    const once = replaceBetweenMarkers(`a${BEGIN}${END}b`, 'table')
    expect(replaceBetweenMarkers(once, 'table')).to.equal(once)
  })

  for (const text of ['', BEGIN, END, `${END}${BEGIN}`, `${BEGIN}${END}${BEGIN}${END}`, `${BEGIN}${END}${END}`, `${END}${BEGIN}${END}`]) {
    it(`is not written if the markers are "${text.replaceAll('results: ', '')}"`, () => {
      expect(() => replaceBetweenMarkers(text, 'table')).to.throw('have to stand in the text')
    })
  }

  it('is a table, a plot and their figures', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'benchmarks-'))
    try {
      writeFileSync(join(folder, 'README.md'), `before\n${LEAD}${BEGIN}${END}\n${GROWTH}${BARS}after\n`)
      await writeResult(result, folder)
      const readme = readFileSync(join(folder, 'README.md'), 'utf8')
      expect(readme)
        .to.match(/^before\n/)
        .and.match(/\nafter\n$/)
      expect(readme).to.contain('| rolling: what resession adds, of what express-session does | at most 0.100 | 0.060 | yes |')
      expect(readme).to.contain(
        '| rolling | resession | a day | none | 13.0 | 12.5 to 13.5 | 3.00 | 2.50 to 3.50 | 0.060 | express-session |',
      )
      expect(readme).to.contain(
        '| rolling | resession/koa | a day | koa | 21.0 | 21.0 to 21.0 | 1.00 | 1.00 to 1.00 | 0.100 | koa-session |',
      )
      expect(readme).to.contain('| rolling | resession/koa | koa-session | 1.00 | 10.0 | 0.10 |  |')
      expect(readme).to.contain('| rolling | resession | 12.0 | resession, off | 10.0 | 1.200 | 1.150 to 1.250 |')
      expect(readme).to.contain('| rolling | resession, off | 10.0 | itself | 10.0 | 1.000 | 1.000 to 1.000 |')
      expect(readme).to.contain('| longest stop, ms | 10 | 4 | 4 to 4 |')
      expect(readFileSync(join(folder, 'results/growth.svg'), 'utf8')).to.match(/^<svg .*<\/svg>\n$/s)
      expect(readme).to.contain(
        '| Redis | rolling | resession | 2.00 | 3150 | 3125 to 3175 | 2150 | 2125 to 2175 | 1.96 | 1.050 | 1.042 to 1.058 | 6000 | 6000 to 6000 |',
      )
      expect(JSON.parse(readFileSync(join(folder, 'results/latest.json'), 'utf8'))).to.deep.equal(result)
      const plot = readFileSync(join(folder, 'results/added-time.svg'), 'utf8')
      expect(plot).to.match(/^<svg .*<\/svg>\n$/s)
      expect(plot).to.contain('>rolling, over a bare handler<').and.contain('>rolling, over koa alone<').and.not.contain('resession, off')
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('has no bars of large sessions in the plot, because the others would be invisible', () => {
    const large = result.inProcess.map(row => ({ ...row, visit: 'resumed read, 20 KB' }))
    expect(addedTimePlot({ ...result, inProcess: [...result.inProcess, ...large] })).to.equal(addedTimePlot(result))
  })

  it('says so if there was no engine', () => {
    expect(markdownOf({ ...result, distant: undefined })).to.contain('Not measured: there was no engine to keep sessions in.')
  })
})

describe('The figures of the benchmark', () => {
  it('are medians and quartiles', () => {
    expect(spreadOf([5, 1, 4, 2, 3])).to.deep.equal({ median: 3, low: 2, high: 4, rounds: [5, 1, 4, 2, 3] })
    expect(spreadOf([4, 1])).to.include({ median: 2.5, low: 1.75, high: 3.25 })
  })

  it('subtract the floor of the same round, in any order of the subjects', () => {
    const samples = [timed('none', 0, 10), timed('resession', 0, 12), timed('resession', 1, 24), timed('none', 1, 20)]
    const rows = inProcessRows(samples, subjects)
    expect(rows.map(({ subject }) => subject)).to.deep.equal(['none', 'resession'])
    expect(rows[1]?.added?.rounds).to.deep.equal([2, 4])
  })

  it('are shares of the time that the yardstick adds to the same floor', () => {
    const times = { none: 10, 'express-session': 20, koa: 30, 'resession/koa': 32, 'koa-session': 70 }
    const rows = inProcessRows(
      Object.entries(times).map(([subject, microseconds]) => timed(subject, 0, microseconds)),
      subjects,
    )
    expect(rows.find(({ subject }) => subject === 'resession/koa')).to.include({ over: 'koa', yardstick: 'koa-session', share: 0.05 })
    expect(rows.find(({ subject }) => subject === 'koa')).to.not.have.any.keys('over', 'added', 'share')
  })

  it('have no share without a measurement', () => {
    expect(inProcessRows([timed('resession', 0, 12)], subjects)[0]).to.not.have.any.keys('added', 'share')
  })
})

describe('The command line of the benchmark', () => {
  const names = (rows: readonly { readonly name: string }[]) => rows.map(({ name }) => name)

  it('compares a variant with its original, and with itself', () => {
    const pairs = [
      ['resession', 'resession, off'],
      ['resession, off', 'resession, off'],
    ]
    expect(readCommandLine(['--only', 'resession, off']).pairs.map(names)).to.deep.equal(pairs)
    const others = ['hashIds', 'limits', 'renewAfter', 'hygiene'].flatMap(option => [
      ['resession', `resession, ${option}`],
      [`resession, ${option}`, `resession, ${option}`],
    ])
    expect(readCommandLine([]).pairs.map(names)).to.deep.equal([...pairs, ...others])
    expect(readCommandLine(['--only', 'resession']).pairs).to.deep.equal([])
  })

  it('measures the chosen subjects, the floor and the yardstick with a distant store', () => {
    expect(readCommandLine([]).distantSubjects).to.deep.equal(distantSubjects)
    expect(names(readCommandLine(['--only', 'resession, atomicRedis']).distantSubjects)).to.deep.equal([
      'none',
      'express-session',
      'resession, atomicRedis',
    ])
    expect(readCommandLine(['--only', 'none']).distantSubjects).to.deep.equal([])
  })

  it('compares our package with a commit, and writes no results then', () => {
    expect(readCommandLine(['--against', 'v1'])).to.include({ against: 'v1', plan: plans.full, complete: false })
    expect(readCommandLine([]).against).to.be.undefined
  })

  it('measures everything by default', () => {
    expect(readCommandLine([])).to.include({ plan: plans.full, complete: true })
    expect(readCommandLine(['--quick'])).to.include({ plan: plans.quick, complete: false })
  })

  it('adds the subjects that a subject depends on', () => {
    const { subjects, visits, complete } = readCommandLine(['--only', 'resession', '--only', 'rolling'])
    expect(subjects.map(({ name }) => name)).to.deep.equal(['none', 'resession', 'express-session'])
    expect(visits.map(({ name }) => name)).to.deep.equal(['rolling'])
    expect(complete).to.be.false
  })

  it('adds the floor and the yardstick of another group, and those of the first', () => {
    const chosen = (name: string) => names(readCommandLine(['--only', name]).subjects)
    const first = ['none', 'express-session']
    expect(chosen('resession/koa')).to.have.members([...first, 'koa', 'resession/koa', 'koa-session'])
    expect(chosen('resession/koa, cookie')).to.have.members([...first, 'koa', 'resession/koa, cookie', 'koa-session, cookie'])
    expect(chosen('@fastify/session')).to.have.members([...first, 'fastify', '@fastify/session'])
    expect(chosen('iron-session')).to.have.members([...first, 'iron-session'])
  })

  for (const words of [['--only', 'nothing'], ['--fast'], ['quick'], ['--against']]) {
    it(`refuses "${words.join(' ')}"`, () => {
      expect(() => readCommandLine(words)).to.throw()
    })
  }
})

const beside = (subject: string, other: string, round: number, microseconds: number) => ({
  visit: 'rolling',
  subject,
  beside: other,
  round,
  microseconds,
  besideMicroseconds: 10,
  ratio: microseconds / 10,
})
const far = (subject: string, round: number, half: number) =>
  ({ engine: 'Redis', visit: 'rolling', subject, round, half, most: 6000, asked: 2 }) as const
const timed = (subject: string, round: number, microseconds: number) => ({ visit: 'rolling', subject, round, microseconds })

const result: Result = {
  machine: {
    when: '2026-01-01',
    processor: 'A <processor> & more',
    cores: 2,
    memory: 8,
    system: 'Linux',
    node: 'v20.19.0',
    v8: '11.3',
    packages: { resession: '1.20.0', 'express-session': '1.19.0' },
    commit: 'abcdef0',
    pinned: true,
  },
  plan: plans.quick,
  inProcess: inProcessRows(
    [0, 1].flatMap(round => [
      ...[timed('none', round, 10), timed('resession', round, 12 + 2 * round), timed('express-session', round, 60)],
      ...[timed('koa', round, 20), timed('resession/koa', round, 21), timed('koa-session', round, 30)],
    ]),
    subjects,
  ),
  sideBySide: sideBySideRows(
    [0, 1].flatMap(round => [
      beside('resession', 'resession, off', round, 11 + 2 * round),
      beside('resession, off', 'resession, off', round, 10),
    ]),
  ),
  distant: distantRows(
    {
      engines: [{ name: 'Redis', store: 'connect-redis', version: '7.0.0', near: 50, far: 1100 }],
      samples: [0, 1].flatMap(round => [
        ...[far('none', round, 1000), far('express-session', round, 3000), far('resession', round, 3100 + 100 * round)],
      ]),
    },
    distantSubjects,
  ),
  http: httpRows(
    subjects.map(({ name }, at) => ({
      visit: 'rolling',
      subject: name,
      round: 0,
      requestsPerSecond: 30_000 - 10_000 * at,
      processor: 20 + at,
      serverBusy: 1,
      clientBusy: 0.5,
    })),
    subjects,
  ),
  memory: memoryRows([{ sessions: 10, subject: 'express-session', round: 0, bytesPerSession: 386 }], subjects),
  growth: [{ group: 'pruning', curve: 'longest stop, ms', subject: 'resession', at: 10, value: spreadOf([4]) }],
}
