import { expect } from 'chai'
import { readCommandLine } from '../command-line'
import { build } from '../build'
import { overlapMarkdown } from '../overlap/markdown'
import { measureOverlap, type OverlapResult, type OverlapRow } from '../overlap/measure'
import { overlapPlot } from '../overlap/write'
import { plans } from '../plans'
import { spreadOf } from '../spread'

function row(subject: string, writers: number, processor: number, counts: Partial<OverlapRow> = {}): OverlapRow {
  const milliseconds = spreadOf([writers])
  return { subject, writers, kilobytes: 0.5, milliseconds, processor: spreadOf([processor]), gets: 1, writes: 2, kept: writers, ...counts }
}

const result: OverlapResult = {
  machine: { when: '2026-11-29', commit: 'abc', node: 'v20.0.0', processor: 'a processor', cores: 2 } as never,
  plan: plans.full.overlap,
  writers: [
    row('express-session', 50, 10, { kept: 1, writes: 50, gets: 0 }),
    row('resession', 50, 10),
    row('resession', 300, 60),
    row('resession', 5000, 1000),
  ],
  sizes: [],
  engines: [
    { engine: 'Redis', subject: 'express-session', milliseconds: spreadOf([10]), kept: 1 },
    { engine: 'Redis', subject: 'resession, conditional writes', milliseconds: spreadOf([40]), kept: 99 },
  ],
}

describe('The benchmark of overlapping requests', () => {
  it('is a table of times and calls, and one of targets', () => {
    const text = overlapMarkdown(result)
    expect(text).to.contain('| 50 | 0.5 | express-session | 50 | 50 to 50 | 10 | 0 | 50 | 1 |')
    expect(text).to.contain('| Redis | resession, conditional writes | 40 | 40 to 40 | 4.00 | 99 |')
    expect(text).to.contain('| resession: round trips of 50 requests | 4 | 4 | yes |')
    expect(text).to.contain('| resession: milliseconds of 300 requests | 150 | 300 | no |')
    expect(text).to.contain('| resession: processor time of 5000 requests, ms | 3000 | 1000 | yes |')
    expect(text).to.contain('| Redis: changes lost | 0 | 1 | no |')
    expect(text).to.contain('| Redis: times the time of express-session | 3 | 4 | no |')
  })

  it('has no target that was not measured', () => {
    expect(overlapMarkdown({ ...result, writers: [], engines: [] })).to.not.contain('5000 requests')
    expect(overlapMarkdown({ ...result, engines: [] })).to.contain('there was no engine')
  })

  it('has a plot with a curve of each package', () => {
    expect(overlapPlot(result))
      .to.match(/^<svg .*<\/svg>\n$/s)
      .and.contain('>until the last response, ms<')
  })

  it('is chosen by its name, alone or with others', () => {
    expect(readCommandLine([])).to.include({ overlap: true, writesOverlap: true })
    const alone = readCommandLine(['--only', 'overlap'])
    expect(alone).to.include({ overlap: true, writesOverlap: true, complete: false })
    expect([alone.visits, alone.subjects, alone.growth]).to.deep.equal([[], [], []])
    expect(readCommandLine(['--only', 'overlap', '--quick'])).to.include({ overlap: true, writesOverlap: false })
    expect(readCommandLine(['--only', 'resession'])).to.include({ overlap: false, writesOverlap: false })
  })

  it('counts the calls of resession and the changes that it keeps', async () => {
    build()
    const { writers } = await measureOverlap({ ...plans.quick.overlap, kilobytes: [], processes: 0 }, () => {})
    const rows = writers.map(({ subject, writers, gets, writes, kept }) => [subject, writers, gets, writes, kept])
    expect(rows).to.deep.equal([
      ['express-session', 1, 0, 1, 1],
      ['resession', 1, 0, 1, 1],
      ['resession, conditional writes', 1, 0, 1, 1],
      ['express-session', 50, 0, 50, 1],
      ['resession', 50, 1, 2, 50],
      ['resession, conditional writes', 50, 0, 2, 50],
    ])
  }).timeout(120_000)
})
