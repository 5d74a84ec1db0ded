import type { MeasuredBar } from '../bars'
import { YARDSTICK } from '../measured/subjects'
import type { GrowthRow } from './rows'

/** The maximum ratio of the cost of a call in the largest store to that in the smallest. */
const FLAT = 2
/** The cost as a power of the size: 1 is linear, 2 is quadratic. The tenth allows for inaccurate measurements. */
const LINEAR = 1.1
/** The first points of a curve are dominated by the fixed cost. */
const LAST = 10
/** In milliseconds, megabytes and microseconds. */
const STOP = 5
const HEAP = 5
const HEADER = 150

/** The value of each bar, and that of `YARDSTICK`. */
export function growthBars(rows: readonly GrowthRow[]): MeasuredBar[] {
  const others = barsOf(rows, YARDSTICK)
  return barsOf(rows, 'resession').map(bar => {
    const measured = others.find(({ what }) => what === bar.what)?.measured
    return measured === undefined ? bar : { ...bar, beside: { subject: YARDSTICK, measured } }
  })
}

function barsOf(rows: readonly GrowthRow[], of: string): MeasuredBar[] {
  return curvesOf(rows.filter(({ subject }) => subject === of)).flatMap(curve => {
    const [{ group, curve: name }] = curve
    switch (group) {
      case 'store size':
        return [flat(name, curve)]
      case 'data size':
      case 'cookies':
        return [linear(name, curve)]
      case 'large header':
        return [most(`a header of ${name}: microseconds added`, curve, HEADER)]
      default:
        return exact(name, curve)
    }
  })
}

type Curve = readonly [GrowthRow, ...GrowthRow[]]

function flat(name: string, curve: Curve): MeasuredBar {
  const [first, last] = [curve[0], lastOf(curve)]
  return bar(`${name}: times its time with ${first.at} sessions, with ${last.at}`, last.value.median / first.value.median, FLAT)
}

function linear(name: string, curve: Curve): MeasuredBar {
  const last = lastOf(curve)
  const first = curve.find(({ at }) => at >= last.at / LAST) ?? curve[0]
  const power = Math.log(last.value.median / first.value.median) / Math.log(last.at / first.at)
  return bar(`${name}: power of the size that its cost grows with, from ${first.at} to ${last.at}`, power, LINEAR)
}

function exact(name: string, curve: Curve): MeasuredBar[] {
  if (name.endsWith('left')) return [most(name, curve, 0)]
  if (name === 'longest stop, ms') return [most(name, curve, STOP)]
  return name.startsWith('growth of the heap') ? [most(name, curve, HEAP)] : []
}

function most(what: string, curve: Curve, atMost: number): MeasuredBar {
  const { at, value } = lastOf(curve)
  return bar(`${what} (${at})`, value.median, atMost)
}

function bar(what: string, measured: number, atMost: number): MeasuredBar {
  return { what, limit: { atMost }, measured }
}

function lastOf(curve: Curve): GrowthRow {
  return curve[curve.length - 1] as GrowthRow
}

function curvesOf(rows: readonly GrowthRow[]): Curve[] {
  const curves = new Map<string, [GrowthRow, ...GrowthRow[]]>()
  for (const row of rows) {
    const key = JSON.stringify([row.group, row.curve])
    const curve = curves.get(key)
    if (curve) curve.push(row)
    else curves.set(key, [row])
  }
  return Array.from(curves.values())
}
