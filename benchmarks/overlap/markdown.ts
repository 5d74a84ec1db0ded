import { table } from '../report/table'
import type { Spread } from '../spread'
import { COMPARING, type EngineRow, OURS, type OverlapResult, type OverlapRow } from './measure'
import { YARDSTICK } from '../measured/subjects'

export function overlapMarkdown(result: OverlapResult): string {
  const { machine, plan, writers, sizes, engines } = result
  return [
    `Measured on ${machine.when}, at commit ${machine.commit}; Node ${machine.node.slice(1)}; ${machine.processor}, ${machine.cores} cores. Rounds: ${plan.rounds}.`,
    '![Curves of the time that overlapping writes of one session take, ours beside express-session](results/overlap.svg)',
    `### More and more requests, the store ${plan.milliseconds} ms away`,
    overlapTable(writers),
    `### ${plan.atEachSize} requests, with more and more data in the session`,
    overlapTable(sizes),
    `### ${plan.processes} processes, ${plan.writersEach} requests each, the session in an engine`,
    engines.length > 0 ? engineTable(engines) : 'Not measured: there was no engine to keep the session in.',
    '### Targets of overlapping writes',
    targetTable(result),
  ].join('\n\n')
}

function overlapTable(rows: readonly OverlapRow[]): string {
  return table(
    ['requests', 'KB', 'subject', 'ms', 'quartiles', 'processor, ms', 'further reads', 'writes', 'changes kept'],
    rows.map(({ writers, kilobytes, subject, milliseconds, processor, gets, writes, kept }) => [
      writers,
      kilobytes,
      subject,
      figure(milliseconds.median),
      range(milliseconds),
      figure(processor.median),
      gets,
      writes,
      kept,
    ]),
    [2],
  )
}

function engineTable(rows: readonly EngineRow[]): string {
  return table(
    ['engine', 'subject', 'ms', 'quartiles', 'times express-session', 'changes kept'],
    rows.map(row => [
      row.engine,
      row.subject,
      figure(row.milliseconds.median),
      range(row.milliseconds),
      timesYardstick(row, rows)?.toFixed(2),
      row.kept,
    ]),
  )
}

function timesYardstick({ engine, subject, milliseconds }: EngineRow, rows: readonly EngineRow[]): number | undefined {
  const beside = rows.find(row => row.engine === engine && row.subject === YARDSTICK)
  return subject === YARDSTICK || !beside ? undefined : milliseconds.median / beside.milliseconds.median
}

interface Target {
  readonly what: string
  readonly measured: number | undefined
  readonly atMost: number
}

/** Targets that a short run does not measure are omitted. */
function targetTable({ writers, sizes, engines, plan }: OverlapResult): string {
  const targets = [
    ...[OURS, COMPARING].flatMap(subject => [
      ...countTargets(subject, writers),
      ...timeTargets(subject, writers),
      {
        what: `${subject}: power of the number of requests that processor time grows with`,
        measured: powerOf(subject, writers, 'writers'),
        atMost: 1.1,
      },
      {
        what: `${subject}: power of the size of the session that it grows with`,
        measured: powerOf(subject, sizes, 'kilobytes'),
        atMost: 1.1,
      },
    ]),
    ...engines
      .filter(({ subject }) => subject !== YARDSTICK)
      .flatMap(row => [
        { what: `${row.engine}: changes lost`, measured: plan.processes * plan.writersEach - row.kept, atMost: 0 },
        { what: `${row.engine}: times the time of express-session`, measured: timesYardstick(row, engines), atMost: 3 },
      ]),
  ] as readonly Target[]
  return table(
    ['what', 'at most', 'measured', 'reached'],
    targets.flatMap(({ what, measured, atMost }) =>
      measured === undefined ? [] : [[what, atMost, figure(measured), measured <= atMost ? 'yes' : 'no']],
    ),
    [0, 3],
  )
}

function countTargets(subject: string, rows: readonly OverlapRow[]): Target[] {
  const row = rows.find(row => row.subject === subject && row.writers === 50)
  const lost = rows.filter(row => row.subject === subject).map(({ writers, kept }) => writers - kept)
  return [
    // The round trip that opens each request, and the successive ones
    { what: `${subject}: round trips of 50 requests`, measured: row && 1 + row.gets + row.writes, atMost: 4 },
    { what: `${subject}: further reads of 50 requests`, measured: row?.gets, atMost: 4 },
    { what: `${subject}: writes of 50 requests`, measured: row?.writes, atMost: 4 },
    { what: `${subject}: changes lost`, measured: Math.max(...lost), atMost: 0 },
  ]
}

function timeTargets(subject: string, rows: readonly OverlapRow[]): Target[] {
  const at = (count: number): OverlapRow | undefined => rows.find(row => row.subject === subject && row.writers === count)
  return [
    { what: `${subject}: milliseconds of 300 requests`, measured: at(300)?.milliseconds.median, atMost: 150 },
    { what: `${subject}: processor time of 5000 requests, ms`, measured: at(5000)?.processor.median, atMost: 3000 },
  ]
}

/** From the first point with at least a tenth of the last one: before that, the fixed cost dominates. */
function powerOf(subject: string, rows: readonly OverlapRow[], along: 'writers' | 'kilobytes'): number | undefined {
  const own = rows.filter(row => row.subject === subject)
  const last = own.at(-1)
  const first = last && own.find(row => row[along] >= last[along] / 10)
  if (!first || first === last) return undefined
  return Math.log(last.processor.median / first.processor.median) / Math.log(last[along] / first[along])
}

function range({ low, high }: Spread): string {
  return `${figure(low)} to ${figure(high)}`
}

/** Three digits. */
function figure(value: number): string {
  return String(Number(value.toPrecision(3)))
}
