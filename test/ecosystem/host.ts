// One neighbour under one package, in a process of its own: what breaks there ends nothing else
import { mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Engine } from './engines/engine'
import type { Neighbour, Opened, Package, Room } from './neighbour'
import { scenarios, type ScenarioName } from './scenarios'
import type { World } from './scenarios/scenario'
import { Site, Visitor } from './site'
import { neighbours } from './stores'

/** What the run asks for. */
export interface Task {
  readonly neighbour: string
  /** The project of the package under test, and that of the other one. */
  readonly projects: readonly [string, string]
  readonly name: string
  readonly folder: string
  readonly port: number
  readonly scenarios: readonly ScenarioName[]
}

export type Order = 'stop' | 'start'
/** What the host says: that the engine has to do something, that a scenario begins, and what came of it. */
export type Word = { order: Order } | { begins: ScenarioName } | { ends: ScenarioName; error: string | undefined }

const say = (word: Word): void => void process.send?.(word)

const engine = (port: number): Engine => ({ port, stop: async () => order('stop'), start: async () => order('start') })

function order(order: Order): Promise<void> {
  return new Promise(resolve => {
    process.once('message', () => resolve())
    say({ order })
  })
}

class Stage implements Omit<World, 'engine'> {
  readonly #sites: Site[] = []

  constructor(
    readonly neighbour: Neighbour,
    readonly session: Package,
    readonly opened: Opened,
    private readonly other: () => Promise<[Package, Opened]>,
  ) {}

  readonly visitor = async (maxAge = 600_000): Promise<Visitor> => new Visitor(await this.#open(this.session, this.opened, maxAge))

  readonly otherSite = async (): Promise<string> => {
    const [session, opened] = await this.other()
    return this.#open(session, opened, 600_000)
  }

  async close(): Promise<void> {
    await Promise.all(this.#sites.map(site => site.close()))
  }

  async #open(session: Package, opened: Opened, maxAge: number): Promise<string> {
    const site = new Site(session, opened.store, maxAge)
    this.#sites.push(site)
    return site.open()
  }
}

async function open(neighbour: Neighbour, project: string, task: Task): Promise<[Package, Opened]> {
  const load = createRequire(join(project, 'index.js')) as Room['load']
  const session = load<Package>('express-session')
  mkdirSync(task.folder, { recursive: true })
  process.chdir(task.folder)
  return [session, await neighbour.make({ load, session, port: task.port, name: task.name, folder: task.folder })]
}

async function main(task: Task): Promise<void> {
  const neighbour = neighbours.find(({ title }) => title === task.neighbour) as Neighbour
  const [session, opened] = await open(neighbour, task.projects[0], task)
  const stage = new Stage(neighbour, session, opened, () => open(neighbour, task.projects[1], task))
  for (const name of task.scenarios) {
    say({ begins: name })
    const error = await scenarios[name]({ ...stage, ...(task.port && { engine: engine(task.port) }) } as World).then(
      () => undefined,
      (err: Error) => err.message,
    )
    say({ ends: name, error })
  }
  await stage.close()
}

process.once('message', (task: Task) => {
  // Pools and timers of stores would keep the process; and some of them cannot be closed
  main(task).then(
    () => process.exit(0),
    err => {
      console.error(err)
      process.exit(1)
    },
  )
})
