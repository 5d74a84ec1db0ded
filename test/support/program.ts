import type { ChildProcess } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'

/**
 * The response of a program, once it listens.
 *
 * @throws Error if it exits before
 */
export async function answerOf(program: ChildProcess, url: string): Promise<Response> {
  while (program.exitCode === null && program.signalCode === null) {
    const res = await fetch(url).catch(() => undefined)
    if (res) return res
    await pause(10)
  }
  throw new Error('the program has exited before it responded')
}
