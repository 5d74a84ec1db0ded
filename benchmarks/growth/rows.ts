import type { Subject } from '../measured/subjects'
import { spreadOf, type Spread } from '../spread'
import type { Group } from './groups'
import type { GrowthSample } from './measure'

/** A point of a curve. */
export interface GrowthRow {
  readonly group: string
  readonly curve: string
  readonly subject: string
  readonly at: number
  /** The value without that of the floor in the same round, in the groups where it is subtracted; the floor keeps its own. */
  readonly value: Spread
}

/** In the order of the groups, and within each in that of the samples; subjects keep their order. */
export function growthRows(samples: readonly GrowthSample[], groups: readonly Group[]): GrowthRow[] {
  return groups.flatMap(({ name: group, subjects, added }) => {
    const own = samples.filter(sample => sample.group === group)
    return pointsOf(own).flatMap(point => {
      const roundsOf = (subject: string | undefined) =>
        own.filter(sample => isAt(sample, point) && sample.subject === subject).map(({ value }) => value)
      return subjects.flatMap(({ name: subject, floor }: Subject): GrowthRow[] => {
        const values = roundsOf(subject)
        const floors = added ? roundsOf(floor) : []
        const value = spreadOf(floors.length > 0 ? values.map((value, round) => value - (floors[round] as number)) : values)
        return values.length > 0 ? [{ group, ...point, subject, value }] : []
      })
    })
  })
}

type Place = Pick<GrowthSample, 'curve' | 'at'>

/** One curve after the other. */
function pointsOf(samples: readonly GrowthSample[]): Place[] {
  const curves = Array.from(new Set(samples.map(({ curve }) => curve)))
  return curves.flatMap(curve => {
    const places = new Set(samples.filter(sample => sample.curve === curve).map(({ at }) => at))
    return Array.from(places, at => ({ curve, at }))
  })
}

function isAt(sample: GrowthSample, { curve, at }: Place): boolean {
  return sample.curve === curve && sample.at === at
}
