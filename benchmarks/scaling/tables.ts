import { table } from '../report/table'
import type { Capacity } from './capacity'
import { needOf, type Setup } from './cluster'
import type { Row } from './count'
import type { Cost } from './counts'
import { requests } from './requests'
import { subjects, type SubjectName } from './subjects'

/** The numbers of sessions in the table of memory. */
const SESSIONS = [1_000_000, 10_000_000, 100_000_000]

const CLUSTERS: readonly Setup[] = [
  { subject: 'express-session', touchesRarely: false },
  { subject: 'resession', touchesRarely: false },
  { subject: 'resession', touchesRarely: true },
  { subject: 'resession, `atomicRedis`', touchesRarely: false },
  { subject: 'resession, `atomicRedis`', touchesRarely: true },
]

/** The commands to Redis, which do not depend on the size of a session. */
export function commandsTable(rows: readonly Row[]): string {
  return byRequest(rows, ({ commands }) => commands.join(', ') || 'nothing')
}

export function bytesTable(rows: readonly Row[], bytes: number): string {
  const some = rows.filter(row => row.bytes === bytes)
  return byRequest(some, ({ there, back }) => (there + back > 0 ? `${there} / ${back}` : 'none'))
}

/** A dash if there is no such request. */
function byRequest(rows: readonly Row[], say: (cost: Cost) => string): string {
  const cell = (request: string, subject: SubjectName): string => {
    const row = rows.find(row => row.request === request && row.subject === subject)
    return row ? say(row.cost) : '–'
  }
  const names = subjects.map(({ name }) => name)
  return table(
    ['request', ...names],
    requests.map(({ name }) => [name, ...names.map(subject => cell(name, subject))]),
    [0, ...names.map((_, at) => at + 1)],
  )
}

export function timesTable(capacities: readonly Capacity[]): string {
  const names = Object.keys(capacities[0]?.times ?? {})
  return table(
    ['data', ...names.map(name => `${name}, µs`)],
    capacities.map(({ bytes, times }) => [`${bytes} bytes`, ...names.map(name => (times[name] as number).toFixed(1))]),
    [0],
  )
}

export function clusterTable(rows: readonly Row[], capacities: readonly Capacity[]): string {
  return table(
    ['data', 'sessions', '`touchAfter`', 'commands/s', 'MB/s to Redis', 'MB/s from Redis', 'cores busy', 'primaries'],
    capacities.flatMap(capacity =>
      CLUSTERS.map(setup => {
        const { commands, there, back, cores, primaries } = needOf(setup, rows, capacity)
        const touchAfter = setup.touchesRarely ? 'yes' : 'no'
        return [
          `${capacity.bytes} bytes`,
          setup.subject,
          touchAfter,
          whole(commands),
          whole(there / 1e6),
          whole(back / 1e6),
          cores.toFixed(1),
          primaries,
        ]
      }),
    ),
    [0, 1, 2],
  )
}

export function memoryTable(capacities: readonly Capacity[]): string {
  return table(
    ['data', '`MEMORY USAGE`, bytes', 'growth for each, bytes', ...SESSIONS.map(count => `${whole(count)} sessions, GB`)],
    capacities.map(({ bytes, usage, memory }) => [
      `${bytes} bytes`,
      whole(usage),
      whole(memory),
      ...SESSIONS.map(count => ((count * memory) / 1e9).toFixed(1)),
    ]),
    [0],
  )
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en')
}
