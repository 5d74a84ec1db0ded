import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { repository } from '../test/package/installation'
import type { Integration } from './integration'
import { PACKAGES, type PackageName } from './projects'
import { STORE_SCENARIOS } from './scenarios'
import { NOT_OFFERED } from './scenarios/limits'
import type { Results } from './visit'

export interface Row {
  readonly integration: Integration
  readonly results: Record<PackageName, Results>
}

/** The results of one third-party package with one session package, as a line for the console. */
export function told({ title }: Integration, name: PackageName, results: Results): string {
  const failed = [...results].filter(([, why]) => why !== undefined).map(([scenario, why]) => `\n    ${scenario}: ${why}`)
  return `  ${title}, on ${name}: ${passed(results)} of ${results.size}${failed.join('')}`
}

/** Writes the parts of docs/stores.md between its markers. */
export function writeTables(rows: readonly Row[]): void {
  const file = join(repository, 'docs/stores.md')
  const isStore = ({ integration: { scenarios } }: Row): boolean => STORE_SCENARIOS.some(name => name in scenarios)
  const sections = {
    run: `Node ${process.versions.node}, ${new Date().toISOString().slice(0, 10)}.`,
    stores: storeTable(rows.filter(isStore)) + rows.filter(isStore).map(why).join(''),
    apps:
      appTable(rows.filter(row => !isStore(row))) +
      rows
        .filter(row => !isStore(row))
        .map(why)
        .join(''),
  }
  const text = Object.entries(sections).reduce(
    (text, [name, section]) => {
      const [before = '', after = ''] = text.split(new RegExp(`<!-- ${name}, written by the run -->[^]*?<!-- end -->`))
      return `${before}<!-- ${name}, written by the run -->\n\n${section}\n<!-- end -->${after}`
    },
    readFileSync(file, 'utf8'),
  )
  writeFileSync(file, text)
}

function storeTable(rows: readonly Row[]): string {
  const head = `| store | on | ${STORE_SCENARIOS.join(' | ')} |\n| --- | --- |${' --- |'.repeat(STORE_SCENARIOS.length)}\n`
  const lines = rows.flatMap(({ integration: { title }, results }) =>
    PACKAGES.map(name => `| ${title} | ${name} | ${STORE_SCENARIOS.map(scenario => mark(results[name], scenario)).join(' | ')} |\n`),
  )
  return head + lines.join('')
}

function mark(results: Results, name: string): string {
  if (!results.has(name) || results.get(name) === NOT_OFFERED) return '–'
  return results.get(name) === undefined ? 'yes' : 'no'
}

function appTable(rows: readonly Row[]): string {
  const head = '| with | scenarios | on express-session | on resession |\n| --- | --- | --- | --- |\n'
  const lines = rows.map(({ integration: { title, scenarios }, results }) => {
    const counts = PACKAGES.map(name => `${passed(results[name])} of ${results[name].size}`)
    return `| ${title} | ${Object.keys(scenarios).join('; ')} | ${counts.join(' | ')} |\n`
  })
  return head + lines.join('')
}

function passed(results: Results): number {
  return [...results.values()].filter(why => why === undefined).length
}

/** The scenarios that fail, the engine or package, the error, and its known cause. */
function why({ integration: { title, scenarios, notes, unmended }, results }: Row): string {
  const known: Record<string, string> = { ...notes, ...unmended }
  const reasons = Object.keys(scenarios).flatMap(name => {
    const failed = PACKAGES.filter(of => ![undefined, NOT_OFFERED].includes(results[of].get(name)))
    const [said] = failed.map(of => results[of].get(name))
    if (said === undefined) return []
    const where = failed.length === 2 ? 'both' : `${failed[0]} only`
    return [`- ${name}, on ${where}: ${[sentence(said), known[name]].filter(Boolean).join(' ')}\n`]
  })
  return reasons.length > 0 ? `\n### ${title}\n\n${reasons.join('')}` : ''
}

/** The first sentence of an error's message, which may have several lines. */
function sentence(message: string): string {
  return `${message.replace(/\s+/g, ' ').replace(/[.: ]+$/, '')}.`
}
