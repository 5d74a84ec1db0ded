import { session, type SessionData } from './subject'

type Callback = (err?: unknown) => void
type Method = 'set' | 'touch' | 'destroy'

/** A call that the store has neither carried out nor answered. */
export interface Held {
  readonly method: Method
  readonly id: string
  /** Carries it out, and answers. @param err answers with this, and does nothing */
  land(err?: Error): void
}

/** A store whose writes are carried out and answered when a test says so. It reads at once. */
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

  /** Carries out what is held, and what comes of that, until nothing is. */
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
