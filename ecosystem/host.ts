// Runs one third-party package with one session package, in a process of its own: a crash ends nothing else
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Engine } from '../test/support/engine-servers/engine'
import type { Integration, Package, Room, Scenario, World } from './integration'
import { integrations } from './integrations'

/** The task of a host. */
export interface Task {
  readonly integration: string
  /** The project of the package under test, and that of the other one. */
  readonly projects: readonly [string, string]
  readonly name: string
  readonly folder: string
  readonly port: number
  readonly scenarios: readonly string[]
}

export type Order = 'stop' | 'start'
/** A message of the host: an order for the engine, the begin of a scenario, or its result. */
export type Word = { order: Order } | { begins: string } | { ends: string; error: string | undefined }

const say = (word: Word): void => void process.send?.(word)

const engine = (port: number): Engine => ({ port, stop: async () => order('stop'), start: async () => order('start') })

function order(order: Order): Promise<void> {
  return new Promise(resolve => {
    process.once('message', () => resolve())
    say({ order })
  })
}

function roomIn(project: string, { folder, port, name }: Task): Room {
  const load = createRequire(join(project, 'index.js')) as Room['load']
  return { load, session: load<Package>('express-session'), port, name, folder }
}

async function main(task: Task): Promise<void> {
  const { scenarios } = integrations.find(({ title }) => title === task.integration) as Integration
  const [project, other] = task.projects
  process.chdir(task.folder)
  const world: World = {
    here: roomIn(project, task),
    there: () => roomIn(other, task),
    engine: task.port ? engine(task.port) : undefined,
  }
  for (const name of task.scenarios) {
    say({ begins: name })
    const error = await (scenarios[name] as Scenario)(world).then(
      () => undefined,
      (err: Error) => err.message,
    )
    say({ ends: name, error })
  }
}

process.once('message', (task: Task) => {
  // Pools, timers and servers would keep the process alive, and some of them cannot be closed
  main(task).then(
    () => process.exit(0),
    err => {
      console.error(err)
      process.exit(1)
    },
  )
})
