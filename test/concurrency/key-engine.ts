import type { SessionData } from '../../lib/core/record/session-data'
import type { SessionStore } from '../../lib/core/store/contract'
import { bindAbility } from '../../lib/core/store/abilities'

/** What processes share. A record that has expired does not exist. */
export class KeyEngine {
  readonly #records = new Map<string, string>()
  /** The numbers of the conditional writes whose replies are lost, with the connection. */
  readonly lost = new Set<number>()
  /** The numbers of those that are lost on the way to the engine: they are not made. */
  readonly unmade = new Set<number>()
  /** The records that existed when they were deleted. */
  readonly deleted: { readonly key: string; readonly text: string }[] = []
  #compared = 0

  keys(): string[] {
    return Array.from(this.#records.keys())
  }

  text(key: string): string | undefined {
    const text = this.#records.get(key)
    const expires = text && (JSON.parse(text) as { cookie: { expires?: string | null } }).cookie.expires
    return expires && new Date(expires).getTime() <= Date.now() ? undefined : text
  }

  write(key: string, text: string): void {
    this.#records.set(key, text)
  }

  delete(key: string): void {
    const text = this.text(key)
    if (text !== undefined) this.deleted.push({ key, text })
    this.#records.delete(key)
  }

  /** @returns whether the record was of that version, and is written; an error if the reply is lost */
  compareAndSet(key: string, text: string, version: unknown): boolean | Error {
    const number = ++this.#compared
    const ok = !this.unmade.has(number) && this.#compareAndSet(key, text, version)
    return this.lost.has(number) || this.unmade.has(number) ? Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }) : ok
  }

  #compareAndSet(key: string, text: string, version: unknown): boolean {
    if ((this.text(key) ?? null) !== version) return false
    this.write(key, text)
    return true
  }
}

/** Something that can happen now, or later, in a process. */
interface Step {
  readonly process: number
  act(): void
}

/** All that processes wait for: each call of the store is carried out in one step, and answered in another. A process that has crashed takes no step. */
export class Schedule {
  readonly #steps: Step[] = []
  readonly #crashed = new Set<number>()

  push(process: number, act: () => void): void {
    this.#steps.push({ process, act })
  }

  crash(process: number): void {
    this.#crashed.add(process)
  }

  hasCrashed(process: number): boolean {
    return this.#crashed.has(process)
  }

  /** The next steps of one process, up to so many. */
  advance(process: number, count = Infinity): void {
    for (let left = count; left > 0; left--) {
      const at = this.#steps.findIndex(step => step.process === process)
      if (at < 0) return
      this.#steps.splice(at, 1)[0]?.act()
    }
  }

  /** As `run`, for code that also uses promises: its next steps are known when the event loop has turned. */
  async runAll(choose: (count: number) => number, before: (step: number) => void = () => {}): Promise<void> {
    for (let step = 0; await this.#hasNext(); step++) {
      before(step)
      const [next] = this.#steps.splice(choose(this.#steps.length), 1)
      if (next && !this.#crashed.has(next.process)) next.act()
    }
  }

  async #hasNext(): Promise<boolean> {
    for (let turn = 0; turn < TURNS; turn++) await new Promise(resolve => setImmediate(resolve))
    return this.#steps.length > 0
  }

  /** @param choose says which of so many steps comes next. @param before each step */
  run(choose: (count: number) => number, before: (step: number) => void = () => {}): void {
    for (let step = 0; this.#steps.length > 0; step++) {
      before(step)
      const [next] = this.#steps.splice(choose(this.#steps.length), 1)
      if (next && !this.#crashed.has(next.process)) next.act()
    }
  }
}

/** How many turns of the event loop may pass until code that uses promises and timers makes its next step. */
const TURNS = 3

/** One process's store on the engine. */
export function keyStore(engine: KeyEngine, schedule: Schedule, process: number, compares: boolean): SessionStore {
  const call = <Answer>(act: () => Answer, done: (answer: Answer) => void): void =>
    schedule.push(process, () => {
      const answer = act()
      schedule.push(process, () => done(answer))
    })
  const store: SessionStore = {
    get: (key, callback) =>
      call(
        () => engine.text(key),
        text => callback(null, text === undefined ? undefined : (JSON.parse(text) as SessionData), text),
      ),
    set(key, session, callback) {
      const text = JSON.stringify(session)
      call(() => engine.write(key, text), callback)
    },
    destroy: (key, callback) => call(() => engine.delete(key), callback),
  }
  if (!compares) return store
  const compareAndSet: SessionStore['compareAndSet'] = (key, session, version, callback) => {
    const text = JSON.stringify(session)
    call(
      () => engine.compareAndSet(key, text, version),
      ok => (ok instanceof Error ? callback(ok) : callback(null, { ok, version: text })),
    )
  }
  bindAbility(compareAndSet, store)
  return Object.assign(store, { compareAndSet })
}
