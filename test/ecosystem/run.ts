// npm run ecosystem [-- part of a title]: every neighbour under express-session and under resession; writes docs/stores.md
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { newFolder } from '../package/installation'
import { engines } from './engines'
import type { Engine, EngineName } from './engines/engine'
import type { Neighbour } from './neighbour'
import { neighbours } from './neighbours'
import { PACKAGES, project, type PackageName } from './projects'
import { told, writeTables, type Row } from './table'
import { visit, type Results } from './visit'

type Projects = Record<PackageName, string>

/** What each neighbour came to under one package. */
type Played = Map<Neighbour, Results>

/** Neighbours of one engine, or without one, under one package, one after the other. */
async function play(name: PackageName, asked: readonly Neighbour[], projects: Projects): Promise<Played> {
  const played: Played = new Map()
  const kind = asked[0]?.engine
  const engine = kind && (await start(kind))
  if (kind && !engine) return played
  try {
    for (const neighbour of asked) {
      const results = await visit({ ...placeOf(neighbour, name, projects), port: engine?.port ?? 0 }, engine)
      played.set(neighbour, results)
      console.log(told(neighbour, name, results))
    }
  } finally {
    await engine?.stop()
  }
  return played
}

function placeOf(neighbour: Neighbour, name: PackageName, projects: Projects) {
  const place = `sessions_${neighbours.indexOf(neighbour)}`
  const folder = join(newFolder('neighbour-'), place)
  mkdirSync(folder)
  const other = PACKAGES.find(other => other !== name) as PackageName
  const scenarios = Object.keys(neighbour.scenarios)
  return { neighbour: neighbour.title, projects: [projects[name], projects[other]] as const, name: place, folder, scenarios }
}

/** Loudly without, where a machine does not have it; with `CI=true` that is a failure. */
async function start(kind: EngineName): Promise<Engine | undefined> {
  try {
    return await engines[kind]()
  } catch (err) {
    if (process.env.CI === 'true') throw err
    console.error(`SKIPPED: all that needs ${kind}, which cannot be started here: ${(err as Error).message}`)
    return undefined
  }
}

/** What passes on express-session has to pass on ours. */
function worse({ neighbour, results }: Row): string[] {
  const names = [...results.resession].filter(([name, why]) => why !== undefined && results['express-session'].get(name) === undefined)
  return names.map(([name]) => `${neighbour.title}: ${name}`)
}

/** Engines side by side, and the packages too, each on engines of its own: an outage is for one of them. */
async function playAll(asked: readonly Neighbour[], projects: Projects): Promise<Row[]> {
  const groups = [...new Set(asked.map(({ engine }) => engine))].map(kind => asked.filter(({ engine }) => engine === kind))
  const played = await Promise.all(PACKAGES.map(async name => Promise.all(groups.map(async group => play(name, group, projects)))))
  const [original, ours] = played.map(maps => new Map(maps.flatMap(map => [...map]))) as [Played, Played]
  return asked.flatMap(neighbour => {
    const results = { 'express-session': original.get(neighbour), resession: ours.get(neighbour) }
    return results.resession && results['express-session'] ? [{ neighbour, results: results as Row['results'] }] : []
  })
}

async function main(part: string | undefined): Promise<void> {
  const asked = neighbours.filter(({ title }) => !part || title.includes(part))
  const [original, ours] = await Promise.all(PACKAGES.map(name => project(name, asked)))
  const rows = await playAll(asked, { 'express-session': original as string, resession: ours as string })
  if (!part && rows.length === asked.length) writeTables(rows)
  const failing = rows.flatMap(worse)
  const passing = rows.flatMap(({ results }) => [...results.resession.values()]).filter(why => why === undefined)
  for (const what of failing) console.log(`passes on express-session alone: ${what}`)
  console.log(`  ${passing.length} passing\n  ${failing.length} failing`)
  process.exitCode = failing.length > 0 ? 1 : 0
}

void main(process.argv[2])
