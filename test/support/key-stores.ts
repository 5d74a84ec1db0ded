import { session, type SessionData, type Store } from './subject'
import { VersionedStore } from './versioned-store'

/** A store that records the keys of its calls. */
export interface KeyedStore extends Store {
  readonly asked: Set<string>
  keys(): string[]
  textOf(key: string): string | undefined
}

class PlainKeyedStore extends session.MemoryStore implements KeyedStore {
  readonly asked = new Set<string>()

  override get(...args: Parameters<InstanceType<typeof session.MemoryStore>['get']>): void {
    this.asked.add(args[0])
    super.get(...args)
  }

  override set(id: string, data: SessionData, callback?: (err?: unknown) => void): void {
    this.asked.add(id)
    super.set(id, data, callback)
  }

  override destroy(id: string, callback?: (err?: unknown) => void): void {
    this.asked.add(id)
    super.destroy(id, callback)
  }

  override touch(id: string, data: SessionData, callback?: (err?: unknown) => void): void {
    this.asked.add(id)
    super.touch(id, data, callback)
  }

  keys(): string[] {
    return Object.keys(this.sessions)
  }

  textOf(key: string): string | undefined {
    return this.sessions[key]
  }
}

/** Does not override the methods, which are called through their synchronous equivalents without these arguments. */
class SyncKeyedStore extends session.MemoryStore implements KeyedStore {
  get asked(): Set<string> {
    return new Set(this.keys())
  }

  keys(): string[] {
    return Object.keys(this.sessions)
  }

  textOf(key: string): string | undefined {
    return this.sessions[key]
  }
}

/** It remembers its calls, too. */
export class VersionedKeyedStore extends VersionedStore implements KeyedStore {
  readonly asked = new Set<string>()
  /** The methods and keys, in order. */
  readonly calls: string[] = []

  constructor() {
    super(new Map())
    for (const name of ['get', 'set', 'destroy', 'compareAndSet'] as const) {
      const real = this[name].bind(this) as (...args: unknown[]) => unknown
      Object.assign(this, {
        [name]: (...args: [string, ...unknown[]]) => (this.asked.add(args[0]), this.calls.push(`${name} ${args[0]}`), real(...args)),
      })
      // Its length declares the callback
      Object.defineProperty(this[name], 'length', { value: real.length })
    }
  }

  keys(): string[] {
    return [...this.records.keys()]
  }

  textOf(key: string): string | undefined {
    return this.records.get(key)?.text
  }
}

/** One of each kind. */
export const KEYED_STORES: Readonly<Record<string, () => KeyedStore>> = {
  'a plain store': () => new PlainKeyedStore(),
  MemoryStore: () => new SyncKeyedStore(),
  'a store that compares': () => new VersionedKeyedStore(),
}
