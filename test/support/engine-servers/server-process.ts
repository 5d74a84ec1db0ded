import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import net = require('node:net')
import { setTimeout as pause } from 'node:timers/promises'
import type { Engine } from './engine'

export interface Command {
  readonly program: string
  readonly args: readonly string[]
  /** The user to run as. Default: the current user. */
  readonly uid?: number
  /** The signal that ends it at once, with its children. */
  readonly signal: NodeJS.Signals
}

/** A server program that is started, stopped and started again. */
export class ServerProcess implements Engine {
  #child: ChildProcess | undefined

  constructor(
    readonly port: number,
    private readonly command: Command,
  ) {}

  /** Whether the program has been started and has not ended. */
  get isRunning(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null
  }

  /**
   * Resolves when it accepts connections.
   *
   * @throws Error with its output if it exits instead
   */
  async start(): Promise<void> {
    if (this.isRunning) return
    const { program, args, uid } = this.command
    const child = (this.#child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], ...(uid !== undefined && { uid }) }))
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', text => (said = (said + String(text)).slice(-2000)))
    const ended = new Promise<never>((_, reject) => {
      child.once('error', reject)
      child.once('exit', code => reject(new Error(`${program} ended with ${code}: ${said}`)))
    })
    ended.catch(() => {})
    await Promise.race([this.#listening(child), ended])
  }

  /** Waits only as long as the program runs: it may be stopped before it accepts connections. */
  async #listening(child: ChildProcess): Promise<void> {
    while (child === this.#child && this.isRunning && !(await canConnect(this.port))) await pause(50)
  }

  /** Suspends the program: it keeps its connections, and does not respond on them. */
  pause(): void {
    this.#child?.kill('SIGSTOP')
  }

  /** Resumes it; it handles the data that was sent meanwhile. */
  resume(): void {
    this.#child?.kill('SIGCONT')
  }

  async stop(): Promise<void> {
    const child = this.#child
    if (!child || !this.isRunning) return
    const exit = once(child, 'exit')
    child.kill(this.command.signal)
    await exit
  }
}

function canConnect(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = net.connect(port, '127.0.0.1', () => resolve(true))
    socket.on('error', () => resolve(false)).on('connect', () => socket.destroy())
  })
}
