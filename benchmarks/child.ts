import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { COMPILED } from './build'
import type { Job } from './measured/main'

/** The options of a process. */
export interface Way {
  /** The core that it is pinned to, if the machine supports this. */
  readonly core?: number | undefined
  readonly flags?: readonly string[]
  /** A timeout, after which it counts as hanging. */
  readonly minutes?: number
}

/**
 * The fixed size of the young generation, in MiB. By default it grows during the timing, and more collections cost more than the differences between
 * some subjects. Long-lived servers reach this size by themselves.
 */
const YOUNG = 16
const ALWAYS = [`--min-semi-space-size=${YOUNG}`, `--max-semi-space-size=${YOUNG}`]

/** The default. */
const MINUTES = 5

/** A process of plain Node that has one job. */
export class Child {
  readonly #process: ChildProcess
  /** The name of its job in errors. */
  readonly #what: string
  readonly #minutes: number

  constructor(job: Job, { core, flags = [], minutes = MINUTES }: Way = {}) {
    this.#minutes = minutes
    const node = [process.execPath, ...ALWAYS, ...flags, join(COMPILED, 'main.js')] as const
    const [command, ...words] = core === undefined ? node : (['taskset', '-c', String(core), ...node] as const)
    // Without the environment: NODE_OPTIONS would load modules of the user, DEBUG would make the subjects print
    const env = { PATH: process.env.PATH }
    this.#process = spawn(command, words, { env, stdio: ['ignore', 2, 2, 'ipc'] })
    this.#process.send(job)
    const subjects = 'subject' in job ? [job.subject] : [...('subjects' in job ? job.subjects : [])]
    const visits = 'visit' in job ? [job.visit] : [...('visits' in job ? job.visits : [])]
    this.#what = [job.do, ...subjects.map(({ name }) => name), ...visits].join(', ')
  }

  /**
   * Resolves with its next message.
   *
   * @throws Error if it fails, ends, or sends nothing
   */
  async answer<Result>(): Promise<Result> {
    const heard = new AbortController()
    const signal = AbortSignal.any([AbortSignal.timeout(this.#minutes * 60_000), heard.signal])
    const said = once(this.#process, 'message', { signal }).then(([message]) => message as Result | { error: string })
    const ended = once(this.#process, 'exit', { signal }).then(() => ({ error: 'the process ended without a result' }))
    const result = await Promise.race([said, ended]).catch((err: Error) => ({ error: err.message }))
    // Removes the other listener: a child may receive many messages
    heard.abort()
    if (result && typeof result === 'object' && 'error' in result) throw new Error(`${this.#what}: ${result.error}`)
    return result as Result
  }

  ask<Result>(): Promise<Result> {
    this.#process.send('')
    return this.answer()
  }

  end(): void {
    this.#process.kill()
  }
}

/** The result of a job. */
export async function perform<Result>(job: Job, way?: Way): Promise<Result> {
  const child = new Child(job, way)
  try {
    return await child.answer()
  } finally {
    child.end()
  }
}

export interface Cores {
  readonly server: number
  readonly client: number
}

/** A core for the server and another for the client, so that they do not compete; undefined if they are not available. */
export function coresForTwo(): Cores | undefined {
  const last = cpus().length - 1
  if (last < 1 || spawnSync('taskset', ['-c', `0,${last}`, 'true']).status !== 0) return undefined
  return { server: 0, client: last }
}
