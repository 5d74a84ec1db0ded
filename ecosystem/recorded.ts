import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { Integration } from './integration'
import type { Row } from './table'
import type { Results } from './visit'

const FILE = join(__dirname, 'express-session.json')

/** The results of third-party packages with express-session, by their titles. They stay true as long as the versions and the scenarios do. */
interface Recorded {
  readonly packages: Integration['packages']
  /** Null for a scenario that passed, otherwise the reason of its failure. */
  readonly results: Readonly<Record<string, string | null>>
}

/** @returns one entry, or none if the package was recorded in other versions, with other scenarios, or not at all */
export function recorded(integration: Integration): [Integration, Results][] {
  const { packages, results } = read()[integration.title] ?? {}
  if (!results || !isDeepStrictEqual(packages, integration.packages)) return []
  if (!isDeepStrictEqual(Object.keys(results), Object.keys(integration.scenarios))) return []
  return [[integration, new Map(Object.entries(results).map(([name, why]) => [name, why ?? undefined]))]]
}

export function record(rows: readonly Row[]): void {
  const all: Record<string, Recorded> = { ...read() }
  for (const { integration, results } of rows) {
    const original = results['express-session']
    const inOrder = Object.keys(integration.scenarios).map(name => [name, original.get(name) ?? null] as const)
    all[integration.title] = { packages: integration.packages, results: Object.fromEntries(inOrder) }
  }
  writeFileSync(FILE, `${JSON.stringify(all, undefined, 2)}\n`)
}

function read(): Readonly<Record<string, Recorded>> {
  return existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as Record<string, Recorded>) : {}
}
