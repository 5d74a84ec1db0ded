import { session, type SessionData } from './subject'

type Callback = (err?: unknown) => void
type Method = 'set' | 'touch' | 'destroy'

/** A call that the store has not yet carried out. */
export interface Held {
  readonly method: Method
  readonly id: string
  /**
   * Carries it out, and calls back.
   *
   * @param err calls back with this error, and does nothing
   */
  land(err?: Error): void
}

/** A store whose writes are carried out when a test says so. It reads at once. */
export class LandingStore extends session.MemoryStore {
  /** The calls that are held, the oldest first. */
  readonly held: Held[] = []
  /** Whether calls are held. Otherwise they are carried out at once. */
  holds = false

  override set(id: string, data: SessionData, callback: Callback = () => {}): void {
    const copy = JSON.parse(JSON.stringify(data)) as SessionData
    this.#hold('set', id, callback, () => super.set(id, copy, callback))
  }

  /** As many published stores do, it writes the whole record. */
  override touch(id: string, data: SessionData, callback: Callback = () => {}): void {
    const copy = JSON.parse(JSON.stringify(data)) as SessionData
    this.#hold('touch', id, callback, () => super.set(id, copy, callback))
  }

  override destroy(id: string, callback: Callback = () => {}): void {
    this.#hold('destroy', id, callback, () => super.destroy(id, callback))
  }

  /** Carries out the held calls and those that follow, until none is left. */
  landAll(): void {
    for (let next = this.held[0]; next; next = this.held[0]) next.land()
  }

  #hold(method: Method, id: string, callback: Callback, act: () => void): void {
    if (!this.holds) return act()
    const land = (err?: Error): void => {
      this.held.splice(this.held.indexOf(call), 1)
      if (err) callback(err)
      else act()
    }
    const call: Held = { method, id, land }
    this.held.push(call)
  }
}
