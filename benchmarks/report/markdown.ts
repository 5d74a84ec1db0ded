import { YARDSTICK } from '../measured/subjects'
import type { HttpRow, InProcessRow, MemoryRow } from '../summary'
import type { Spread } from '../spread'
import type { Result } from './result'

type Cell = string | number | undefined

/** The result for people to read. */
export function markdownOf(result: Result): string {
  const { plan, inProcess, http, memory } = result
  return [
    machineLines(result),
    `### In process: microseconds per visit (rounds: ${plan.inProcess.rounds}, of ${plan.inProcess.timed} visits each)`,
    inProcessTable(inProcess),
    `### Over HTTP on the loopback: requests per second (rounds: ${plan.http.rounds}, of ${plan.http.seconds} s each; connections: ${plan.http.connections})`,
    httpTable(http),
    `### Memory: bytes per session in the memory store (${plan.memory.bytes} bytes of data each)`,
    memoryTable(memory),
  ].join('\n\n')
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
    ['visit', 'subject', 'time', 'quartiles', 'added', 'quartiles', `of ${YARDSTICK}'s`],
    rows.map(({ visit, subject, microseconds, added, share }) => [
      visit,
      subject,
      digits(microseconds.median),
      range(microseconds, digits),
      added && digits(added.median),
      added && range(added, digits),
      share?.toFixed(3),
    ]),
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

/** The first two columns are names, what follows are numbers. */
function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const rule = head.map((_, column) => (column < 2 ? '---' : '---:'))
  return [head, rule, ...rows].map(cells => `| ${cells.map(cell => cell ?? '').join(' | ')} |`).join('\n')
}

function range({ low, high }: Spread, format: (value: number) => string): string {
  return `${format(low)} to ${format(high)}`
}

/** As many as there are in what was measured, for times from a tenth of a microsecond on. */
function digits(value: number): string {
  return value.toFixed(Math.abs(value) < 10 ? 2 : 1)
}

function whole(value: number): string {
  return String(Math.round(value))
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}
