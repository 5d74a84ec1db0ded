import { session, type SessionData } from './subject'

type Answer = (err?: unknown, value?: SessionData | null, version?: object) => void
type Callback = (err?: unknown) => void

/** A memory store that is as remote as a database: the order in which it carries out calls and calls back is random, from a seed. */
export class ShufflingStore extends session.MemoryStore {
  readonly #random: () => number
  readonly #steps: (() => void)[] = []
  #turning = false
  /** The calls, in order. */
  readonly asked: string[] = []

  constructor(seed: number) {
    super()
    this.#random = randomOf(seed)
  }

  override get(id: string, callback: Answer): void {
    this.ask('get', done => super.get(id, done), callback)
  }

  override set(id: string, data: SessionData, callback: Callback = () => {}): void {
    // The state at the time of the call: later changes of the handler are not part of it
    const copy = JSON.parse(JSON.stringify(data)) as SessionData
    this.ask(
      'set',
      done => super.set(id, copy, err => done(err)),
      err => callback(err),
    )
  }

  override destroy(id: string, callback: Callback = () => {}): void {
    this.ask(
      'destroy',
      done => super.destroy(id, err => done(err)),
      err => callback(err),
    )
  }

  override touch(id: string, data: SessionData, callback: Callback = () => {}): void {
    const copy = JSON.parse(JSON.stringify(data)) as SessionData
    this.ask(
      'touch',
      done => super.touch(id, copy, err => done(err)),
      err => callback(err),
    )
  }

  /** Another asynchronous operation in the same random order, such as a handler. */
  async turn(): Promise<void> {
    return new Promise(resolve => this.#later(resolve))
  }

  protected ask<Given extends unknown[]>(
    what: string,
    act: (done: (...given: Given) => void) => void,
    callback: (...given: Given) => void,
  ): void {
    this.asked.push(what)
    this.#later(() => act((...given) => this.#later(() => callback(...given))))
  }

  #later(step: () => void): void {
    this.#steps.push(step)
    if (this.#turning) return
    this.#turning = true
    setImmediate(() => this.#next())
  }

  /** Runs one of the waiting steps in each turn of the event loop. */
  #next(): void {
    const [step] = this.#steps.splice(Math.floor(this.#random() * this.#steps.length), 1)
    this.#turning = this.#steps.length > 0
    if (this.#turning) setImmediate(() => this.#next())
    step?.()
  }
}

/** One with compareAndSet, as in `MemoryStore`. */
export class ComparingStore extends ShufflingStore {
  override compareAndSet(...[id, data, version, callback]: Parameters<ShufflingStore['compareAndSet']>): void {
    const copy = JSON.parse(JSON.stringify(data)) as SessionData
    this.ask('compareAndSet', done => super.compareAndSet(id, copy, version, done), callback)
  }
}

/** Mulberry32. */
export function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
