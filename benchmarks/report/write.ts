import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { growthMarkdown } from '../growth/markdown'
import { growthPlot } from '../growth/plot'
import { addedTimePlot } from './added-time-plot'
import { replaceBetweenMarkers } from './between-markers'
import { barsMarkdown, leadMarkdown } from './lead'
import { markdownOf } from './markdown'
import type { Result } from './result'

/**
 * Writes the results of a run: the JSON, the plots, and the tables of the README.
 *
 * @param folder that of the benchmarks
 */
export async function writeResult(result: Result, folder: string): Promise<void> {
  const readme = join(folder, 'README.md')
  const results = join(folder, 'results')
  const parts = { lead: leadMarkdown, results: markdownOf, growth: growthMarkdown, bars: barsMarkdown }
  const text = Object.entries(parts).reduce(
    (text, [name, markdown]) => replaceBetweenMarkers(text, markdown(result), name),
    readFileSync(readme, 'utf8'),
  )
  mkdirSync(results, { recursive: true })
  writeFileSync(join(results, 'latest.json'), await formatted(JSON.stringify(result)))
  writeFileSync(join(results, 'added-time.svg'), addedTimePlot(result))
  writeFileSync(join(results, 'growth.svg'), growthPlot(result))
  writeFileSync(readme, text)
}

/** In the format of the repository: the file is committed and linted. */
export async function formatted(json: string): Promise<string> {
  const prettier = await import('prettier')
  return prettier.format(json, { ...(await prettier.resolveConfig(__filename)), parser: 'json' })
}
