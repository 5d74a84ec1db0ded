import { proxyTo, type Target } from './proxy'

export interface DelayJob {
  readonly do: 'delay'
  readonly target: Target
  /** For there and back together; half of it each way. */
  readonly milliseconds: number
}

export interface Delaying {
  readonly port: number
}

/**
 * Puts a distance between a server and what it asks. For one connection on which nothing is sent before the last answer has come: while a chunk waits,
 * this whole process does. Node's timers count whole milliseconds, and asking the clock again and again would take a core from those who are measured;
 * `Atomics.wait` sleeps for fractions of one.
 */
export async function delay({ target, milliseconds }: DelayJob): Promise<Delaying> {
  const nothing = new Int32Array(new SharedArrayBuffer(4))
  const { port } = await proxyTo(target, () => void Atomics.wait(nothing, 0, 0, milliseconds / 2))
  return { port }
}
