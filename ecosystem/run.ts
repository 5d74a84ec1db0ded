// npm run ecosystem [-- part of a title] [--both]: runs every third-party package with resession, next to its recorded results with express-session.
// --both runs it with express-session as well, and records the results. Writes docs/stores.md
import { existsSync, mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { newFolder } from '../test/package/installation'
import { engines } from '../test/support/engine-servers'
import type { Engine, EngineName } from '../test/support/engine-servers/engine'
import type { Integration } from './integration'
import { integrations } from './integrations'
import { PACKAGES, projects, type PackageName, type Projects } from './projects'
import { record, recorded } from './recorded'
import { told, writeTables, type Row } from './table'
import { visit, type Results } from './visit'

/** A folder in memory: files of stores do not wait for a disk that others use. */
const MEMORY = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

/** The results of each third-party package with one session package. */
type Played = Map<Integration, Results>

/** Runs the third-party packages of one engine, or without one, with one session package, one after the other. */
async function play(name: PackageName, asked: readonly Integration[], projects: Projects): Promise<Played> {
  const played: Played = new Map()
  const kind = asked[0]?.engine
  const engine = kind && (await start(kind))
  if (kind && !engine) return played
  try {
    for (const integration of asked) {
      const results = await visit({ ...placeOf(integration, name, projects), port: engine?.port ?? 0 }, engine)
      played.set(integration, results)
      console.log(told(integration, name, results))
    }
  } finally {
    await engine?.stop()
  }
  return played
}

function placeOf(integration: Integration, name: PackageName, projects: Projects) {
  const place = `sessions_${integrations.indexOf(integration)}`
  const folder = join(newFolder('integration-', MEMORY), place)
  mkdirSync(folder)
  const other = PACKAGES.find(other => other !== name) as PackageName
  const scenarios = Object.keys(integration.scenarios)
  return { integration: integration.title, projects: [projects[name], projects[other]] as const, name: place, folder, scenarios }
}

/** Prints a line if the machine does not have the engine; with `CI=true` that is a failure. */
async function start(kind: EngineName): Promise<Engine | undefined> {
  try {
    return await engines[kind]()
  } catch (err) {
    if (process.env.CI === 'true') throw err
    console.error(`SKIPPED: all that needs ${kind}, which cannot be started here: ${(err as Error).message}`)
    return undefined
  }
}

/** A scenario that passes with express-session must pass with resession; a known exception must still fail. */
function worse({ integration: { title, scenarios, unmended = {} }, results }: Row): string[] {
  const fails = (of: PackageName, name: string): boolean => results[of].get(name) !== undefined
  const names = Object.keys(scenarios).filter(name => !fails('express-session', name) && fails('resession', name) !== name in unmended)
  return names.map(
    name => `${title}: ${name} ${name in unmended ? 'passes, though it is said that it cannot' : 'passes on express-session alone'}`,
  )
}

/** Most scenarios of stores wait for lifetimes, and hardly use the processor. */
const LARGEST_GROUP: Readonly<Record<EngineName | 'none', number>> = { redis: 4, postgres: 4, mariadb: 2, memcached: 1, none: 21 }

/** Groups run at the same time. Each has an engine of its own, because an outage affects all users of an engine. */
function groupsOf(asked: readonly Integration[]): Integration[][] {
  const kinds = [...new Set(asked.map(({ engine }) => engine))]
  return kinds.flatMap(kind => {
    const ofKind = asked.filter(({ engine }) => engine === kind)
    const groups = Math.ceil(ofKind.length / LARGEST_GROUP[kind ?? 'none'])
    return Array.from({ length: groups }, (_, group) => ofKind.filter((_, index) => index % groups === group))
  })
}

/** Each session package has engines of its own. */
async function playUnder(name: PackageName, asked: readonly Integration[], projects: Projects): Promise<Played> {
  const played = await Promise.all(groupsOf(asked).map(async group => play(name, group, projects)))
  return new Map(played.flatMap(map => [...map]))
}

/** @param both runs express-session too if its results are recorded */
async function playAll(asked: readonly Integration[], projects: Projects, both: boolean): Promise<Row[]> {
  const known: Played = new Map(both ? [] : asked.flatMap(integration => recorded(integration)))
  const unknown = asked.filter(integration => !known.has(integration))
  const [original, ours] = await Promise.all([playUnder('express-session', unknown, projects), playUnder('resession', asked, projects)])
  return asked.flatMap(integration => {
    const results = { 'express-session': known.get(integration) ?? original.get(integration), resession: ours.get(integration) }
    return results.resession && results['express-session'] ? [{ integration, results: results as Row['results'] }] : []
  })
}

async function main(): Promise<void> {
  const { positionals, values } = parseArgs({ allowPositionals: true, options: { both: { type: 'boolean', default: false } } })
  const [part] = positionals
  const asked = integrations.filter(({ title }) => !part || title.includes(part))
  const rows = await playAll(asked, await projects(asked), values.both)
  if (values.both) record(rows)
  if (!part && rows.length === asked.length) writeTables(rows)
  const failing = rows.flatMap(worse)
  const passing = rows.flatMap(({ results }) => [...results.resession.values()]).filter(why => why === undefined)
  for (const what of failing) console.log(what)
  console.log(`  ${passing.length} passing\n  ${failing.length} failing`)
  process.exitCode = failing.length > 0 ? 1 : 0
}

void main()
