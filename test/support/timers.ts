type Act = (...args: unknown[]) => void

interface Waiting {
  readonly at: number
  readonly act: () => void
}

const real = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout }

/** Timers that fire only when they are turned manually: those of the package and of the tests. Node's servers keep their own timers. */
export class Timers {
  #now = 0
  readonly #waiting = new Map<object, Waiting>()

  constructor() {
    globalThis.setTimeout = ((act: Act, ms = 0, ...args: unknown[]) => this.#set(ms, () => act(...args))) as never
    // Earlier code may still have a timer of Node
    globalThis.clearTimeout = (timer => this.#waiting.delete(timer as object) || real.clearTimeout(timer)) as typeof clearTimeout
  }

  get now(): number {
    return this.#now
  }

  /** The number of pending timers. */
  get pending(): number {
    return this.#waiting.size
  }

  /** @param ms how far; timers that are set meanwhile, and are due by then, fire too */
  turn(ms: number): void {
    const end = this.#now + ms
    for (let due = this.#next(end); due; due = this.#next(end)) {
      const [timer, { at, act }] = due
      this.#waiting.delete(timer)
      this.#now = Math.max(this.#now, at)
      act()
    }
    this.#now = end
  }

  static restore(): void {
    Object.assign(globalThis, real)
  }

  #set(ms: number, act: () => void): object {
    const timer = { ref: () => timer, unref: () => timer, hasRef: () => false }
    this.#waiting.set(timer, { at: this.#now + ms, act })
    return timer
  }

  #next(end: number): [object, Waiting] | undefined {
    const due = Array.from(this.#waiting).filter(([, { at }]) => at <= end)
    return due.sort(([, one], [, other]) => one.at - other.at)[0]
  }
}

/** Timers for each test of the suite that it is called in. */
export function useTimers(): { readonly turn: (ms: number) => void; readonly now: () => number; readonly pending: () => number } {
  let timers: Timers
  beforeEach(() => {
    timers = new Timers()
  })
  afterEach(() => Timers.restore())
  return { turn: ms => timers.turn(ms), now: () => timers.now, pending: () => timers.pending }
}
