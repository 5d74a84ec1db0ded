// npm run durable: measures stores that survive a restart, and writes their tables in README.md: on Node 20 with better-sqlite3 beside the stores that are
// compiled, on later versions with node:sqlite. --only visits, sizes or growth measures one part; --quick measures little and writes nothing
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { join } from 'node:path'
import { build, resolved, ROOT } from '../build'
import { Child, coresForTwo, perform, type Cores } from '../child'
import { samplesOf, timeEach } from '../in-process'
import type { DurableResult } from '../measured/durable-job'
import type { DurableStore } from '../measured/durable-store'
import type { Load } from '../measured/http-client'
import type { Serving } from '../measured/http-server'
import { USUAL, visitNamed } from '../measured/visits'
import { replaceBetweenMarkers } from '../report/between-markers'
import { inTurn } from '../rounds'
import type { InProcessSample } from '../samples'
import { HAS_SQLITE, installPackages, KINDS, newFolder, newStore, newSubjects, VOLATILE } from './subjects'
import { httpTable, inProcessTable, pruneLine, sizeTable, type HttpCount, type Size } from './tables'

const FULL = { rounds: 2, warmUp: 2000, timed: 2000, seconds: 1, sessions: [10_000], growth: [10_000, 1_000_000] }
const QUICK = { rounds: 1, warmUp: 50, timed: 100, seconds: 0.2, sessions: [100], growth: [1000] }

/** The requests over HTTP. */
const VISITS = ['resumed read', 'resumed write']

interface Run {
  readonly plan: typeof FULL
  readonly packages: string
  readonly folder: string
}

async function visitsInProcess({ plan, packages, folder }: Run): Promise<InProcessSample[]> {
  const samples: InProcessSample[] = []
  for (let round = 0; round < plan.rounds; round++) {
    for (const name of USUAL) {
      say(`round ${round + 1} of ${plan.rounds}: ${name}`)
      const subjects = inTurn(newSubjects(packages, folder, KINDS), round)
      samples.push(...samplesOf(visitNamed(name), await timeEach(visitNamed(name), subjects, plan), round))
    }
  }
  return samples
}

async function requests({ plan, packages, folder }: Run, cores: Cores | undefined): Promise<HttpCount[]> {
  const counts: HttpCount[] = []
  for (const visit of VISITS) {
    for (const subject of newSubjects(packages, folder, KINDS)) {
      say(`over HTTP: ${visit}, ${subject.name}`)
      const server = new Child({ do: 'serve', subject: resolved(subject), visit, observed: 1 }, { core: cores?.server })
      try {
        const { port, cookies } = await server.answer<Serving>()
        const load = (seconds: number) =>
          perform<Load>({ do: 'load', port, cookies: cookies.slice(0, 10), seconds }, { core: cores?.client })
        await load(plan.seconds / 2)
        const { requests, seconds, failures } = await load(plan.seconds)
        counts.push({ visit, subject: subject.name, perSecond: requests / seconds, failures })
      } finally {
        server.end()
      }
    }
  }
  return counts
}

type Kind = DurableStore['kind']

async function sizes({ plan, packages, folder }: Run, kinds: readonly Kind[], numbers: readonly number[], prunes = false): Promise<Size[]> {
  const all: Size[] = []
  for (const kind of kinds) {
    for (const sessions of numbers) {
      say(`${sessions} sessions in ${kind}`)
      const durable = newStore(kind, packages, folder)
      const isLargest = sessions === Math.max(...plan.growth)
      const result = await perform<DurableResult>(
        { do: 'durable', durable, sessions, prunes: prunes && isLargest },
        { flags: ['--expose-gc'], minutes: 30 },
      )
      rmSync(durable.folder, { recursive: true })
      all.push({ kind, sessions, ...result })
    }
  }
  return all
}

/** The parts of a run, by the markers of their sections. */
const PARTS: Readonly<Record<string, (given: Run) => Promise<string[]>>> = {
  async visits(given) {
    const samples = await visitsInProcess(given)
    return [inProcessTable(samples), httpTable(await requests(given, coresForTwo()))]
  },
  async sizes(given) {
    const kinds = KINDS.filter(kind => !VOLATILE.includes(kind))
    return [sizeTable(await sizes(given, kinds, given.plan.sessions))]
  },
  async growth(given) {
    const measured = await sizes(given, ['SqliteStore'], given.plan.growth, true)
    return [sizeTable(measured), pruneLine(measured)]
  },
}

async function run(): Promise<void> {
  const plan = process.argv.includes('--quick') ? QUICK : FULL
  const only = process.argv.indexOf('--only')
  const names = only < 0 ? Object.keys(PARTS) : [String(process.argv[only + 1])]
  build()
  const given: Run = { plan, packages: installPackages(), folder: newFolder() }
  try {
    for (const name of names) {
      const part = PARTS[name]
      if (!part) throw new Error(`--only takes ${Object.keys(PARTS).join(' or ')}`)
      const text = [machineLine(), ...(await part(given))].join('\n\n')
      console.log(text)
      if (plan === FULL) write(text, name)
    }
  } finally {
    rmSync(given.folder, { recursive: true, force: true })
  }
}

function write(text: string, part: string): void {
  const file = join(ROOT, 'benchmarks/README.md')
  const name = `durable ${part} on ${driver}`
  writeFileSync(file, replaceBetweenMarkers(readFileSync(file, 'utf8'), text, name))
}

const driver = HAS_SQLITE ? 'node:sqlite' : 'better-sqlite3'

/** Says what is compared, because it depends on the version of Node. */
function machineLine(): string {
  const machine = `${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores`
  const compared = HAS_SQLITE
    ? 'Stores that must be compiled are left out: better-sqlite3-session-store and connect-sqlite3 are in the tables of better-sqlite3.'
    : 'better-sqlite3-session-store has a database of the same driver, with the checkpoints of 1000 pages that SQLite makes by default.'
  return `Measured on ${new Date().toISOString().slice(0, 10)}: Node ${process.versions.node}, SqliteStore on ${driver}; ${machine}. ${compared}`
}

function say(progress: string): void {
  console.error(progress)
}

run().catch((err: unknown) => {
  console.error(err)
  process.exitCode = 1
})
