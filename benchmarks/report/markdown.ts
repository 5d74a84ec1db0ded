import { hasMaxAge, subjects, YARDSTICK } from '../measured/subjects'
import { visitNamed } from '../measured/visits'
import type { DistantRow, HttpRow, InProcessRow, MemoryRow, SideBySideRow } from '../summary'
import { comparedTable } from './compared-table'
import { digits, percent, range, whole } from './figures'
import type { Result } from './result'
import { table } from './table'

/** The report in Markdown. */
export function markdownOf(result: Result): string {
  const { plan, inProcess, sideBySide, http, memory } = result
  const { fours, block, rounds } = plan.sideBySide
  return [
    machineLines(result),
    '### In process',
    `Microseconds per visit. Rounds: ${plan.inProcess.rounds}, of ${plan.inProcess.timed} visits each.`,
    inProcessTable(inProcess),
    '### Compared with other packages',
    'Microseconds that each adds to a visit. A ratio above 1 means that the other is ahead.',
    comparedTable(inProcess),
    '### Side by side in one process',
    `Microseconds of processor time per visit. Rounds: ${rounds}, of ${4 * fours} blocks of ${block} visits each.`,
    sideBySideTable(sideBySide),
    '### Over HTTP on the loopback',
    `Requests per second. Rounds: ${plan.http.rounds}, of ${plan.http.seconds} s each. Connections: ${plan.http.connections}.`,
    httpTable(http),
    ...distantPart(result),
    '### Memory',
    `Bytes per session in the memory store, with ${plan.memory.bytes} bytes of data each.`,
    memoryTable(memory),
  ].join('\n\n')
}

function isLasting(visit: string, name: string): boolean {
  const subject = subjects.find(subject => subject.name === name)
  return subject !== undefined && hasMaxAge(subject, visitNamed(visit))
}

function machineLines({ machine }: Result): string {
  const packages = Object.entries(machine.packages).map(([name, version]) => `${name} ${version}`)
  return [
    `Measured on ${machine.when}: ${packages.join(', ')}, at commit ${machine.commit}; Node ${machine.node.slice(1)} (V8 ${machine.v8}).`,
    `${machine.processor}, ${machine.cores} cores, ${machine.memory} GiB; ${machine.system}.`,
    machine.pinned ? 'Over HTTP, server and client had a core each.' : 'Over HTTP, server and client were not pinned to cores.',
  ].join('\n')
}

function inProcessTable(rows: readonly InProcessRow[]): string {
  return table(
    ['visit', 'subject', 'maxAge', 'over', 'time', 'quartiles', 'added', 'quartiles', 'share', 'of what is added by'],
    rows.map(({ visit, subject, over, microseconds, added, share, yardstick }) => [
      visit,
      subject,
      isLasting(visit, subject) ? 'a day' : undefined,
      over,
      digits(microseconds.median),
      range(microseconds, digits),
      added && digits(added.median),
      added && range(added, digits),
      share?.toFixed(3),
      share === undefined ? undefined : yardstick,
    ]),
    [0, 1, 2, 3, 9],
  )
}

function httpTable(rows: readonly HttpRow[]): string {
  return table(
    [
      'visit',
      'subject',
      'requests/s',
      'quartiles',
      'of the bare server',
      `times ${YARDSTICK}`,
      'processor, µs',
      'server busy',
      'client busy',
    ],
    rows.map(({ visit, subject, requestsPerSecond, ofFloor, timesYardstick, processor, serverBusy, clientBusy }) => [
      visit,
      subject,
      whole(requestsPerSecond.median),
      range(requestsPerSecond, whole),
      ofFloor === undefined ? undefined : percent(ofFloor),
      timesYardstick?.toFixed(2),
      digits(processor.median),
      percent(serverBusy.median),
      percent(clientBusy.median),
    ]),
  )
}

function sideBySideTable(rows: readonly SideBySideRow[]): string {
  return table(
    ['visit', 'subject', 'time', 'beside', 'its time', 'ratio', 'quartiles'],
    rows.map(({ visit, subject, beside, microseconds, besideMicroseconds, ratio }) => [
      visit,
      subject,
      digits(microseconds.median),
      beside === subject ? 'itself' : beside,
      digits(besideMicroseconds.median),
      ratio.median.toFixed(3),
      range(ratio, share => share.toFixed(3)),
    ]),
    [0, 1, 3],
  )
}

function distantPart({ plan, distant }: Result): string[] {
  const { milliseconds, rounds, timed } = plan.distant
  const title = `### A store ${milliseconds} ms away`
  const unit = `Microseconds per request over HTTP, one after the other. Rounds: ${rounds}, of ${timed} requests each.`
  if (!distant) return [title, 'Not measured: there was no engine to keep sessions in.']
  const found = distant.engines.map(
    ({ name, version, store, near, far }) =>
      `${name} ${version}, by ${store}, answered the smallest thing in ${whole(near)} µs, and from where the sessions were in ${whole(far)} µs.`,
  )
  return [title, unit, found.join('\n'), distantTable(distant.rows)]
}

function distantTable(rows: readonly DistantRow[]): string {
  return table(
    [
      ...['engine', 'visit', 'subject', 'asked per request', 'half of them, up to', 'quartiles', 'beyond the bare', 'quartiles'],
      ...['in round trips', `of ${YARDSTICK}'s`, 'quartiles', '99 %, up to', 'quartiles'],
    ],
    rows.map(({ engine, visit, subject, asked, half, beyond, roundTrips, most, ofYardstick }) => [
      engine,
      visit,
      subject,
      asked.toFixed(2),
      whole(half.median),
      range(half, whole),
      beyond && whole(beyond.median),
      beyond && range(beyond, whole),
      roundTrips?.toFixed(2),
      ofYardstick.median.toFixed(3),
      range(ofYardstick, share => share.toFixed(3)),
      whole(most.median),
      range(most, whole),
    ]),
    [0, 1, 2],
  )
}

function memoryTable(rows: readonly MemoryRow[]): string {
  return table(
    ['sessions', 'subject', 'bytes per session', 'quartiles', `of ${YARDSTICK}'s`],
    rows.map(({ sessions, subject, bytesPerSession, share }) => [
      sessions,
      subject,
      whole(bytesPerSession.median),
      range(bytesPerSession, whole),
      share?.toFixed(3),
    ]),
  )
}
