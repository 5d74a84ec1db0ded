import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { curvesPlot, type Panel } from '../growth/plot'
import { replaceBetweenMarkers } from '../report/between-markers'
import { formatted } from '../report/write'
import { spreadOf } from '../spread'
import { overlapMarkdown } from './markdown'
import type { OverlapResult } from './measure'

/** Writes the section of the README, the plot and the figures. @param folder that of the benchmarks */
export async function writeOverlap(result: OverlapResult, folder: string): Promise<void> {
  const readme = join(folder, 'README.md')
  const text = replaceBetweenMarkers(readFileSync(readme, 'utf8'), overlapMarkdown(result), 'overlap')
  writeFileSync(join(folder, 'results/overlap.json'), await formatted(JSON.stringify(result)))
  writeFileSync(join(folder, 'results/overlap.svg'), overlapPlot(result))
  writeFileSync(readme, text)
}

export function overlapPlot({ writers, plan, machine }: OverlapResult): string {
  const points = writers.map(row => ({ ...row, at: row.writers }))
  const panel = (name: string, unit: string, valueOf: (row: (typeof points)[number]) => Panel['rows'][number]['value']): Panel => ({
    name,
    unit,
    along: 'requests',
    rows: points.map(row => ({ subject: row.subject, at: row.at, value: valueOf(row) })),
  })
  const title = `Requests of one session at the same time, the store ${plan.milliseconds} ms away`
  const panels = [
    panel('until the last response', 'ms', ({ milliseconds }) => milliseconds),
    panel('processor time', 'ms', ({ processor }) => processor),
    panel('changes kept', 'count', ({ kept }) => spreadOf([kept])),
  ]
  return curvesPlot(title, panels, plan.rounds, machine)
}
