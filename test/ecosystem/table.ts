import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { repository } from '../package/installation'
import type { Neighbour } from './neighbour'
import type { PackageName } from './projects'
import { scenarios, type ScenarioName } from './scenarios'
import type { Results } from './visit'

export interface Row {
  readonly neighbour: Neighbour
  readonly results: Record<PackageName, Results>
}

const NAMES = Object.keys(scenarios) as ScenarioName[]
const PACKAGES: readonly PackageName[] = ['express-session', 'resession']

function mark(results: Results, name: ScenarioName): string {
  if (!results.has(name)) return '–'
  return results.get(name) === undefined ? 'yes' : 'no'
}

/** A row for whoever waits for the run. */
export function told({ neighbour: { title }, results }: Row): string {
  const lines = PACKAGES.map(name => {
    const failed = [...results[name]].filter(([, why]) => why !== undefined).map(([scenario, why]) => `\n      ${scenario}: ${why}`)
    return `    ${name}: ${results[name].size - failed.length} of ${results[name].size}${failed.join('')}`
  })
  return `  ${title}\n${lines.join('\n')}`
}

/** Between the markers of docs/stores.md: all that a run can know. */
export function writeTable(rows: readonly Row[]): void {
  const file = join(repository, 'docs/stores.md')
  const [before = '', after = ''] = readFileSync(file, 'utf8').split(/<!-- written by the run -->[^]*<!-- end -->/)
  const head = `| store | on | ${NAMES.join(' | ')} |\n| --- | --- |${' --- |'.repeat(NAMES.length)}`
  const body = rows.flatMap(({ neighbour: { title }, results }) =>
    PACKAGES.map(name => `| ${title} | ${name} | ${NAMES.map(scenario => mark(results[name], scenario)).join(' | ')} |`),
  )
  const text = `Node ${process.versions.node}, ${new Date().toISOString().slice(0, 10)}.\n\n${head}\n${body.join('\n')}\n${rows.map(why).join('')}`
  writeFileSync(file, `${before}<!-- written by the run -->\n\n${text}\n<!-- end -->${after}`)
}

/** What does not pass, and where, with what the scenario said. */
function why({ neighbour: { title }, results }: Row): string {
  const names = NAMES.filter(name => Object.values(results).some(played => played.get(name) !== undefined))
  const reasons = names.map(
    name =>
      `- ${name}, on ${where(results, name)}: ${
        PACKAGES.map(of => results[of].get(name))
          .find(Boolean)
          ?.split('\n')[0]
      }\n`,
  )
  return reasons.length > 0 ? `\n### ${title}\n\n${reasons.join('')}` : ''
}

function where(results: Row['results'], name: ScenarioName): string {
  const failed = PACKAGES.filter(of => results[of].get(name) !== undefined)
  return failed.length === 2 ? 'both' : `${failed[0]} alone`
}
