import { isReached, type Bar, type Beside, type MeasuredBar } from '../bars'
import { table } from './table'

/** Each bar, its measured value, whether it is reached, and the value of another package. */
export function barsTable(bars: readonly MeasuredBar[]): string {
  const rows = bars.map(bar => {
    const { what, measured, beside } = bar
    if (measured === undefined) return [what, limitOf(bar), undefined, 'not measured', undefined]
    return [what, limitOf(bar), measured.toFixed(3), isReached(bar) ? 'yes' : 'no', beside && besideOf(beside)]
  })
  return table(['what', 'bar', 'measured', 'reached', 'beside it'], rows, [0, 1, 3, 4])
}

function besideOf({ subject, measured }: Beside): string {
  return `${subject}: ${measured.toFixed(3)}`
}

function limitOf({ limit }: Bar): string {
  return 'atMost' in limit ? `at most ${limit.atMost.toFixed(3)}` : `at least ${limit.atLeast.toFixed(3)}`
}
