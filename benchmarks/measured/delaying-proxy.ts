import { COUNTERS, type EngineName } from './protocols'
import { proxyTo, type Target } from './proxy'

export interface DelayJob {
  readonly do: 'delay'
  readonly engine: EngineName
  readonly target: Target
  /** The round-trip delay; half of it in each direction. */
  readonly milliseconds: number
}

export interface Delaying {
  readonly port: number
}

/** Sent for every message after the job. */
export interface Asked {
  /** The number of requests to the engine so far, each with a response of its own: one round trip each. */
  readonly asked: number
}

/** The accuracy of the delay, in milliseconds. */
const NAP = 0.05

/**
 * Adds a delay between a server and an engine, and counts the requests.
 *
 * @returns a function that returns the count
 */
export async function delay({ engine, target, milliseconds }: DelayJob): Promise<Delaying & { readonly asked: () => number }> {
  const distance = new Distance(milliseconds / 2)
  const counters = new WeakMap<object, (chunk: Buffer) => number>()
  let asked = 0
  const { port } = await proxyTo(target, (direction, chunk, connection) => {
    if (direction === 'there') {
      let count = counters.get(connection)
      if (!count) counters.set(connection, (count = COUNTERS[engine]()))
      asked += count(chunk)
    }
    return distance.crossed()
  })
  return { port, asked: () => asked }
}

/**
 * While messages are under way, this process sleeps briefly and polls. Node's timers count whole milliseconds; a busy loop would take a core from the
 * measured processes; one long sleep would delay messages that arrive meanwhile.
 */
class Distance {
  readonly #nothing = new Int32Array(new SharedArrayBuffer(4))
  readonly #onTheirWay: { readonly due: number; readonly arrive: () => void }[] = []

  constructor(private readonly milliseconds: number) {}

  crossed(): Promise<void> {
    return new Promise(arrive => {
      this.#onTheirWay.push({ due: performance.now() + this.milliseconds, arrive })
      if (this.#onTheirWay.length === 1) setImmediate(() => this.#nap())
    })
  }

  #nap(): void {
    Atomics.wait(this.#nothing, 0, 0, NAP)
    const now = performance.now()
    while ((this.#onTheirWay[0]?.due ?? Infinity) <= now) this.#onTheirWay.shift()?.arrive()
    if (this.#onTheirWay.length > 0) setImmediate(() => this.#nap())
  }
}
