import { session, type SessionData } from './subject'

type Callback = (err?: unknown) => void

/** A memory store whose writes are carried out when the test says so, so that no test depends on the duration of a save. */
export class GateStore extends session.MemoryStore {
  /** The calls, in order. */
  readonly asked: string[] = []
  /** Carries out writes at once, as a memory store does. */
  open = false
  readonly #waiting: ((err?: Error) => void)[] = []
  readonly #watchers: (() => void)[] = []

  /** Resolves when a write waits. */
  async waits(): Promise<void> {
    if (this.#waiting.length === 0) await new Promise<void>(resolve => this.#watchers.push(resolve))
  }

  /**
   * Carries out the waiting writes.
   *
   * @param err fails with this error instead
   */
  release(err?: Error): void {
    for (const act of this.#waiting.splice(0)) act(err)
  }

  override set(id: string, data: SessionData, callback: Callback = () => {}): void {
    // The state at the time of the call: later changes of the handler are not part of this save
    const copy = JSON.parse(JSON.stringify(data)) as SessionData
    this.#ask('set', callback, () => super.set(id, copy, callback))
  }

  override destroy(id: string, callback: Callback = () => {}): void {
    this.#ask('destroy', callback, () => super.destroy(id, callback))
  }

  override touch(id: string, data: SessionData, callback: Callback = () => {}): void {
    this.#ask('touch', callback, () => super.touch(id, data, callback))
  }

  #ask(name: string, callback: Callback, act: () => void): void {
    this.asked.push(name)
    if (this.open) return act()
    this.#waiting.push(err => (err ? callback(err) : act()))
    for (const watcher of this.#watchers.splice(0)) watcher()
  }
}
