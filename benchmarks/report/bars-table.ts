import { bars, isReached, type Bar } from '../bars'
import type { Result } from './result'
import { table } from './table'

/** Each bar, and whether the result reaches it. */
export function barsTable(result: Result): string {
  const rows = bars.map(bar => {
    const measured = bar.measured(result)
    if (measured === undefined) return [bar.what, limitOf(bar), undefined, 'not measured']
    return [bar.what, limitOf(bar), measured.toFixed(3), isReached(bar, measured) ? 'yes' : 'no']
  })
  return table(['what', 'bar', 'measured', 'reached'], rows, [0, 1, 3])
}

function limitOf({ limit }: Bar): string {
  return 'atMost' in limit ? `at most ${limit.atMost.toFixed(3)}` : `at least ${limit.atLeast.toFixed(3)}`
}
