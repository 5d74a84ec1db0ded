import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { Agent } from 'node:http'
import { join } from 'node:path'
import { ask } from './client'
import { PROCESSES } from './counts'
import type { ConnectionName } from './engines/engine'

interface Member {
  readonly child: ChildProcess
  readonly address: string
}

/** The engine that the processes connect to. */
interface Engine {
  readonly name: ConnectionName
  readonly url: string
}

/** A file that is run in each process. It sends its address, and exits when it is disconnected. */
export interface Program {
  readonly file: string
  readonly execArgv: readonly string[]
  /** How long clients wait for a response, if not as long as usual. In milliseconds. */
  readonly patience?: number
}

const SERVER: Program = { file: join(__dirname, 'server.ts'), execArgv: ['--require', 'tsx/cjs'] }

/** Processes that serve the sessions of one engine. Each has a number; numbers beyond the last wrap around. */
export class Fleet {
  readonly #agent = new Agent({ keepAlive: true })
  readonly #members: Member[]

  private constructor(
    private readonly engine: Engine,
    private readonly place: string,
    private readonly program: Program,
    members: Member[],
  ) {
    this.#members = members
  }

  /** Resolves when all of them listen. */
  static async start(engine: Engine, place: string, processes = PROCESSES, program = SERVER): Promise<Fleet> {
    const started = await Promise.allSettled(Array.from({ length: processes }, async () => start(engine, place, program)))
    const members = started.flatMap(result => (result.status === 'fulfilled' ? [result.value] : []))
    const fleet = new Fleet(engine, place, program, members)
    if (members.length === processes) return fleet
    await fleet.stop()
    throw (started.find(result => result.status === 'rejected') as PromiseRejectedResult).reason
  }

  /**
   * One request to one process, with the cookie of one session.
   *
   * @param begun called when its handler has the session
   * @returns the handler's result
   * @throws if the response is missing, incomplete, or its status is not 200
   */
  async ask(number: number, site: string, path: string, id: string, begun?: () => void): Promise<unknown> {
    const client = { agent: this.#agent, patience: this.program.patience }
    return ask(client, `${this.#member(number).address}/${site}/${path}`, id, begun)
  }

  /** Kills a process at once. Resolves when it has exited. */
  async kill(number: number): Promise<void> {
    const { child } = this.#member(number)
    const exit = once(child, 'exit')
    child.kill('SIGKILL')
    await exit
  }

  /** Starts another process in place of a killed one. */
  async restart(number: number): Promise<void> {
    this.#members[number % this.#members.length] = await start(this.engine, this.place, this.program)
  }

  async stop(): Promise<void> {
    this.#agent.destroy()
    await Promise.all(this.#members.map(end))
  }

  #member(number: number): Member {
    return this.#members[number % this.#members.length] as Member
  }
}

async function start({ name, url }: Engine, place: string, { file, execArgv }: Program): Promise<Member> {
  const child = fork(file, [name, url, place], { execArgv: [...execArgv] })
  const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`a server ended with ${code} before it listened`)))
  const [address] = (await Promise.race([once(child, 'message'), ended])) as [string]
  ended.catch(() => {})
  return { child, address }
}

async function end({ child }: Member): Promise<void> {
  // A process that has exited by itself sends no events
  if (!child.connected) return
  const exit = once(child, 'exit')
  child.disconnect()
  await exit
}
