// npm run ecosystem [-- part of a title]: every neighbour under express-session and under resession; writes docs/stores.md
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { newFolder } from '../package/installation'
import { engines } from './engines'
import type { Engine } from './engines/engine'
import type { Neighbour } from './neighbour'
import { neighbours } from './neighbours'
import { PACKAGES, project, type PackageName } from './projects'
import { told, writeTables, type Row } from './table'
import { visit } from './visit'

async function rowOf(neighbour: Neighbour, index: number, projects: Record<PackageName, string>, engine: Engine | undefined): Promise<Row> {
  const row: Row = { neighbour, results: { 'express-session': new Map(), resession: new Map() } }
  for (const name of PACKAGES) {
    const other = PACKAGES.find(other => other !== name) as PackageName
    const place = `sessions_${index}_${PACKAGES.indexOf(name)}`
    const folder = join(newFolder('neighbour-'), place)
    mkdirSync(folder)
    row.results[name] = await visit(
      {
        neighbour: neighbour.title,
        projects: [projects[name], projects[other]],
        name: place,
        folder,
        port: engine?.port ?? 0,
        scenarios: Object.keys(neighbour.scenarios),
      },
      engine,
    )
  }
  return row
}

/** Everything that needs one engine, or none, one after the other. */
async function rowsOf(kind: Neighbour['engine'], neighbours: readonly Neighbour[], projects: Record<PackageName, string>): Promise<Row[]> {
  const engine = kind && (await start(kind))
  if (kind && !engine) return []
  const rows: Row[] = []
  try {
    for (const [index, neighbour] of neighbours.entries()) {
      rows.push(await rowOf(neighbour, index, projects, engine))
      console.log(told(rows.at(-1) as Row))
    }
  } finally {
    await engine?.stop()
  }
  return rows
}

/** Loudly without, where a machine does not have it; with `CI=true` that is a failure. */
async function start(kind: NonNullable<Neighbour['engine']>): Promise<Engine | undefined> {
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

async function main(part: string | undefined): Promise<void> {
  const asked = neighbours.filter(({ title }) => !part || title.includes(part))
  const [original, ours] = await Promise.all(PACKAGES.map(name => project(name, asked)))
  const projects = { 'express-session': original as string, resession: ours as string }
  const kinds = [...new Set(asked.map(({ engine }) => engine))]
  const groups = await Promise.all(
    kinds.map(kind =>
      rowsOf(
        kind,
        asked.filter(({ engine }) => engine === kind),
        projects,
      ),
    ),
  )
  const rows = groups.flat()
  if (!part) writeTables(rows)
  const failing = rows.flatMap(worse)
  const passing = rows.flatMap(({ results }) => [...results.resession.values()]).filter(why => why === undefined)
  for (const what of failing) console.log(`passes on express-session alone: ${what}`)
  console.log(`  ${passing.length} passing\n  ${failing.length} failing`)
  process.exitCode = failing.length > 0 ? 1 : 0
}

void main(process.argv[2])
