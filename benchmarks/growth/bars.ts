import { rounded } from '../spread'
import type { GrowthRow } from './rows'

/** What ours should not exceed, and what it came to. */
export interface Bar {
  readonly what: string
  readonly atMost: number
  readonly found: number
  readonly reached: boolean
}

/** How much dearer a call may be in the largest store than in the smallest. */
const FLAT = 2
/** Cost as a power of size: 1 is linear, 2 is quadratic. The tenth is for what is measured, not for what is built. */
const LINEAR = 1.1
/** The first points of a curve have more of the fixed cost than of what grows. */
const LAST = 10
/** In milliseconds, megabytes and microseconds. */
const STOP = 5
const HEAP = 5
const HEADER = 150

/** Of what was measured, each bar. */
export function barsOf(rows: readonly GrowthRow[], ours = 'resession'): Bar[] {
  return curvesOf(rows.filter(({ subject }) => subject === ours)).flatMap(curve => {
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

function flat(name: string, curve: Curve): Bar {
  const [first, last] = [curve[0], lastOf(curve)]
  return bar(`${name}: times its time with ${first.at} sessions, with ${last.at}`, last.value.median / first.value.median, FLAT)
}

function linear(name: string, curve: Curve): Bar {
  const last = lastOf(curve)
  const first = curve.find(({ at }) => at >= last.at / LAST) ?? curve[0]
  const power = Math.log(last.value.median / first.value.median) / Math.log(last.at / first.at)
  return bar(`${name}: power of the size that its cost grows with, from ${first.at} to ${last.at}`, power, LINEAR)
}

function exact(name: string, curve: Curve): Bar[] {
  if (name.endsWith('left')) return [most(name, curve, 0)]
  if (name === 'longest stop, ms') return [most(name, curve, STOP)]
  return name.startsWith('growth of the heap') ? [most(name, curve, HEAP)] : []
}

function most(what: string, curve: Curve, atMost: number): Bar {
  const { at, value } = lastOf(curve)
  return bar(`${what} (${at})`, value.median, atMost)
}

/** What could not be measured is not reached. */
function bar(what: string, found: number, atMost: number): Bar {
  return { what, atMost, found: rounded(found), reached: found <= atMost }
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
