import type { Result } from '../report/result'
import { table } from '../report/table'
import type { Spread } from '../spread'
import { groups, type Group } from './groups'
import type { GrowthRow } from './rows'

/** The growth section of the report. */
export function growthMarkdown({ growth, plan, machine }: Result): string {
  const measured = groups.filter(({ name }) => growth.some(({ group }) => group === name))
  return [
    `Measured on ${machine.when}, at commit ${machine.commit}; Node ${machine.node.slice(1)}. Rounds: ${plan.growth.rounds}.`,
    '![Curves of what grows and what it costs, ours beside express-session](results/growth.svg)',
    ...measured.flatMap(group => [`### ${group.title}`, groupTable(group, growth)]),
  ].join('\n\n')
}

/** A column for each subject. */
function groupTable({ name, along, subjects, added }: Group, growth: readonly GrowthRow[]): string {
  const rows = growth.filter(({ group }) => group === name)
  const lines = rows.filter(({ curve, at }, index) => rows.findIndex(row => row.curve === curve && row.at === at) === index)
  const isFloor = (floor: string | undefined) => added && floor === undefined
  return table(
    ['', along, ...subjects.flatMap(({ name, floor }) => [isFloor(floor) ? `${name}, its own time` : name, 'quartiles'])],
    lines.map(({ curve, at }) => [
      curve,
      at,
      ...subjects.flatMap(({ name }) => {
        const value = rows.find(row => row.curve === curve && row.at === at && row.subject === name)?.value
        return value ? [figure(value.median), range(value)] : [undefined, undefined]
      }),
    ]),
    [0],
  )
}

function range({ low, high }: Spread): string {
  return `${figure(low)} to ${figure(high)}`
}

/** Three digits, more than the accuracy of the measurements. */
function figure(value: number): string {
  return String(Number(value.toPrecision(3)))
}
