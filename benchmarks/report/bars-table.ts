import { isReached, type Bar, type MeasuredBar } from '../bars'
import { table } from './table'

/** Each bar, what it came to, and whether that reaches it. */
export function barsTable(bars: readonly MeasuredBar[]): string {
  const rows = bars.map(bar => {
    const { what, measured } = bar
    if (measured === undefined) return [what, limitOf(bar), undefined, 'not measured']
    return [what, limitOf(bar), measured.toFixed(3), isReached(bar) ? 'yes' : 'no']
  })
  return table(['what', 'bar', 'measured', 'reached'], rows, [0, 1, 3])
}

function limitOf({ limit }: Bar): string {
  return 'atMost' in limit ? `at most ${limit.atMost.toFixed(3)}` : `at least ${limit.atLeast.toFixed(3)}`
}
