import type { Subject } from '../measured/subjects'
import { table } from '../report/table'
import { range, digits } from '../report/figures'
import type { InProcessSample } from '../samples'
import { spreadOf, type Spread } from '../spread'
import { inProcessRows } from '../summary'

/** One visit now and at the earlier commit: the time that each adds to the floor, in microseconds. */
export interface AgainstRow {
  readonly visit: string
  readonly now: string
  readonly then: string
  readonly floor: Spread
  readonly added: Spread
  readonly before: Spread
  /** The ratio of the added time now to that before, in the same round. */
  readonly ratio: Spread
}

/** @param subjects the floor, the present version, the earlier version */
export function againstRows(samples: readonly InProcessSample[], subjects: readonly Subject[]): AgainstRow[] {
  const rows = inProcessRows(samples, subjects)
  return rows.flatMap((row, at) => {
    const [now, then] = [rows[at + 1], rows[at + 2]]
    if (row.over !== undefined || !now?.added || !then?.added) return []
    const ratio = spreadOf(now.added.rounds.map((time, round) => time / (then.added?.rounds[round] as number)))
    const { visit, microseconds: floor } = row
    return { visit, now: now.subject, then: then.subject, floor, added: now.added, before: then.added, ratio }
  })
}

export function againstTable(rows: readonly AgainstRow[]): string {
  return table(
    ['visit', 'subject', 'floor', 'added', 'quartiles', 'held against', 'added', 'quartiles', 'ratio', 'quartiles'],
    rows.map(({ visit, now, then, floor, added, before, ratio }) => [
      visit,
      now,
      digits(floor.median),
      digits(added.median),
      range(added, digits),
      then,
      digits(before.median),
      range(before, digits),
      ratio.median.toFixed(3),
      range(ratio, part => part.toFixed(3)),
    ]),
    [0, 1, 5],
  )
}
