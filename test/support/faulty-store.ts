import { session } from './subject'

type Method = 'get' | 'set' | 'destroy' | 'touch'
type Args = [...unknown[], (err?: unknown) => void]

/** A memory store in which methods can be made to fail, or not to call back. */
export class FaultyStore extends session.MemoryStore {
  /** The calls, in order. */
  readonly asked: Method[] = []
  readonly #faults = new Map<Method, Error | 'silence'>()
  /** Callbacks that were not called. */
  readonly #kept: (() => void)[] = []
  readonly #watchers: (() => void)[] = []

  constructor() {
    super()
    for (const method of ['get', 'set', 'destroy', 'touch'] as const) {
      const real = this[method].bind(this) as unknown as (...args: Args) => void
      Object.assign(this, { [method]: (...args: Args) => this.#answer(method, args, () => real(...args)) })
    }
  }

  /** Makes a method fail from now on. */
  fail(method: Method, fault: Error | 'silence'): void {
    this.#faults.set(method, fault)
  }

  mend(): void {
    this.#faults.clear()
  }

  /** Calls the callbacks that were not called. */
  speak(): void {
    for (const answer of this.#kept.splice(0)) answer()
  }

  /** Resolves when so many calls wait for their callback. */
  async silent(count = 1): Promise<void> {
    while (this.#kept.length < count) await new Promise<void>(resolve => this.#watchers.push(resolve))
  }

  #answer(method: Method, args: Args, act: () => void): void {
    this.asked.push(method)
    const fault = this.#faults.get(method)
    if (!fault) return act()
    if (fault !== 'silence') return (args.at(-1) as (err: Error) => void)(fault)
    this.#kept.push(act)
    for (const watcher of this.#watchers.splice(0)) watcher()
  }
}
