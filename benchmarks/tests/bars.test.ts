import { expect } from 'chai'
import { bars, barsOf, isReached } from '../bars'
import { subjects, subjectsAt } from '../measured/subjects'
import { visits } from '../measured/visits'
import { plans } from '../plans'
import { barsTable } from '../report/bars-table'
import type { Result } from '../report/result'
import { httpRows, inProcessRows, memoryRows } from '../summary'

describe('The bars of the benchmark', () => {
  it('are all measured by a full run', () => {
    for (const { what, measured } of bars) expect(measured(everything), what).to.be.a('number')
  })

  it('are reached at the limit, and not beyond it', () => {
    const [most, least] = [{ atMost: 0.1 }, { atLeast: 2 }]
    expect([0.09, 0.1, 0.11].map(measured => isReached({ what: '', limit: most, measured }))).to.deep.equal([true, true, false])
    expect([1.9, 2, 2.1].map(measured => isReached({ what: '', limit: least, measured }))).to.deep.equal([false, true, true])
  })

  it('show for a run whether each is reached, not reached or not measured', () => {
    const lines = barsTable(barsOf({ ...everything, http: [] })).split('\n')
    const of = (what: string) => lines.filter(line => line.includes(what)).map(line => line.split(' | ').slice(-3).join(' | '))
    expect(of('rolling: what resession adds')).to.deep.equal(['0.050 | yes | manual: 0.250 |'])
    expect(of('resumed read: what resession/koa adds')).to.deep.equal(['0.500 | no | koa, manual: 0.750 |'])
    expect(of('over HTTP')).to.deep.equal([' | not measured |  |', ' | not measured |  |'])
  })

  it('use the worst of several sizes of a store', () => {
    expect(bars.find(({ what }) => what.startsWith('memory'))?.measured(everything)).to.equal(0.7)
  })
})

/** In microseconds. */
const TIMES: Readonly<Record<string, number>> = {
  ...{ none: 10, resession: 11, 'express-session': 30, manual: 15 },
  ...{ koa: 10, 'resession/koa': 20, 'koa-session': 30, 'koa, manual': 25 },
}

const everything = {
  plan: plans.full,
  inProcess: inProcessRows(
    visits.flatMap(visit =>
      subjectsAt(visit).map(({ name }) => ({ visit: visit.name, subject: name, round: 0, microseconds: TIMES[name] ?? 10 })),
    ),
    subjects,
  ),
  http: httpRows(
    subjects.slice(0, 3).map(({ name }) => {
      const rest = { round: 0, processor: 1, serverBusy: 1, clientBusy: 1 }
      return { visit: 'resumed read', subject: name, requestsPerSecond: 1e6 / (TIMES[name] as number), ...rest }
    }),
    subjects,
  ),
  memory: memoryRows(
    [10, 20].flatMap(sessions => [
      { sessions, subject: 'resession', round: 0, bytesPerSession: 50 + sessions },
      { sessions, subject: 'express-session', round: 0, bytesPerSession: 100 },
    ]),
    subjects,
  ),
} as unknown as Result
