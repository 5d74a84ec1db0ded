import { readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { join } from 'node:path'
import { ROOT } from '../build'
import { connectRedis, redisVersion } from '../redis'
import { replaceBetweenMarkers } from '../report/between-markers'
import { measureCapacity, type Capacity } from './capacity'
import { countAll } from './count'
import { sectionsOf, SIZES } from './sections'

/** For each command. */
const SECONDS = 3

/** Counts and measures the Redis commands of sessions, and writes the tables of docs/scaling.md. */
async function run(): Promise<void> {
  const file = join(ROOT, 'docs/scaling.md')
  const rows = await countAll(SIZES)
  const capacities: Capacity[] = []
  for (const size of SIZES) capacities.push(await measureCapacity(size, SECONDS))
  const sections = sectionsOf(await machineLine(), rows, capacities)
  let text = readFileSync(file, 'utf8')
  for (const [name, section] of Object.entries(sections)) {
    console.log(`${section}\n`)
    text = replaceBetweenMarkers(text, section, name)
  }
  writeFileSync(file, text)
}

async function machineLine(): Promise<string> {
  const client = await connectRedis()
  const version = client && (await redisVersion(client))
  await client?.close()
  const machine = `${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores`
  return `Measured on ${new Date().toISOString().slice(0, 10)}: Redis ${version}, Node ${process.versions.node}; ${machine}.`
}

run().catch((err: Error) => {
  console.error(err.message)
  process.exitCode = 1
})
