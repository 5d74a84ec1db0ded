import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { Neighbour } from './neighbour'
import type { Row } from './table'
import type { Results } from './visit'

const FILE = join(__dirname, 'express-session.json')

/** The results of third-party packages with express-session, by their titles. They stay true as long as the versions and the scenarios do. */
interface Recorded {
  readonly packages: Neighbour['packages']
  /** Null for a scenario that passed, else why it did not. */
  readonly results: Readonly<Record<string, string | null>>
}

/** @returns one entry, or none if the package was recorded in other versions, with other scenarios, or not at all */
export function recorded(neighbour: Neighbour): [Neighbour, Results][] {
  const { packages, results } = read()[neighbour.title] ?? {}
  if (!results || !isDeepStrictEqual(packages, neighbour.packages)) return []
  if (!isDeepStrictEqual(Object.keys(results), Object.keys(neighbour.scenarios))) return []
  return [[neighbour, new Map(Object.entries(results).map(([name, why]) => [name, why ?? undefined]))]]
}

export function record(rows: readonly Row[]): void {
  const all: Record<string, Recorded> = { ...read() }
  for (const { neighbour, results } of rows) {
    const original = results['express-session']
    const inOrder = Object.keys(neighbour.scenarios).map(name => [name, original.get(name) ?? null] as const)
    all[neighbour.title] = { packages: neighbour.packages, results: Object.fromEntries(inOrder) }
  }
  writeFileSync(FILE, `${JSON.stringify(all, undefined, 2)}\n`)
}

function read(): Readonly<Record<string, Recorded>> {
  return existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as Record<string, Recorded>) : {}
}
