import type { Capacity } from './capacity'
import { READS_PER_TOUCH, BUSY, MIX, REQUESTS_PER_SECOND } from './cluster'
import type { Row } from './count'
import { bytesTable, clusterTable, commandsTable, memoryTable, timesTable } from './tables'

/** Of a session's data, as JSON. */
export const SIZES = [200, 2000] as const

/** The sections of docs/scaling.md between its markers, by name. */
export function sectionsOf(machine: string, rows: readonly Row[], capacities: readonly Capacity[]) {
  return {
    run: machine,
    commands: commandsTable(rows),
    'small bytes': bytesTable(rows, SIZES[0]),
    'large bytes': bytesTable(rows, SIZES[1]),
    times: timesTable(capacities),
    assumptions: assumptions(),
    cluster: clusterTable(rows, capacities),
    memory: memoryTable(capacities),
  }
}

function assumptions(): string {
  const kinds = Object.entries(MIX).map(([request, share]) => `${Math.round(share * 100)} % ${request}`)
  return [
    `- ${REQUESTS_PER_SECOND.toLocaleString('en')} requests a second: ${kinds.join(', ')};`,
    `- with \`touchAfter\`, one read in ${READS_PER_TOUCH} touches;`,
    `- a primary may use ${Math.round(BUSY * 100)} % of a core like this one.`,
  ].join('\n')
}
