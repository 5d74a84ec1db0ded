import type { Outcome, SessionStore } from '../../lib/core/store/contract'
import type { Version } from '../../lib/core/record/snapshot'
import { session, type SessionData } from '../support/subject'
import type { Done, Fault, Given } from './faults'

export type Method = 'get' | 'set' | 'touch' | 'destroy' | 'compareAndSet' | 'update'

/** The number of arguments before the callback. */
const ARGUMENTS: Record<Method, number> = { get: 1, set: 2, touch: 2, destroy: 1, compareAndSet: 3, update: 2 }

type Answer<Value = void> = (err?: unknown, value?: Value, version?: Version) => void

/** A typical store: remote, with only the required methods. */
export class PlainStore extends (session.Store as unknown as new () => object) {
  readonly records = new Map<string, string>()
  /** The calls, in order. */
  readonly asked: string[] = []

  get(id: string, callback: Answer<SessionData | null>): void {
    this.answer('get', callback, () => this.find(id))
  }

  set(id: string, data: SessionData, callback: Answer): void {
    this.answer('set', callback, () => this.write(id, JSON.stringify(data)))
  }

  touch(id: string, data: SessionData, callback: Answer): void {
    const cookie = JSON.stringify(data.cookie)
    this.answer('touch', callback, () => {
      const text = this.records.get(id)
      return text === undefined ? [] : this.write(id, JSON.stringify({ ...JSON.parse(text), cookie: JSON.parse(cookie) }))
    })
  }

  destroy(id: string, callback: Answer): void {
    this.answer('destroy', callback, () => [void this.records.delete(id)])
  }

  protected find(id: string): Given {
    const text = this.records.get(id)
    return [null, text === undefined ? null : JSON.parse(text), text]
  }

  protected write(id: string, text: string): Given {
    this.records.set(id, text)
    return []
  }

  /** Calls back in another turn of the event loop, as a database does. */
  protected answer(method: Method, callback: Answer<never>, act: () => Given): void {
    this.asked.push(method)
    setImmediate(() => (callback as Done)(...act()))
  }
}

/** A store with compareAndSet. The JSON of a record is its version. */
export class ComparingStore extends PlainStore {
  override get(id: string, callback: Answer<SessionData | null>): void {
    super.get(id, callback)
  }

  override set(id: string, data: SessionData, callback: Answer): void {
    super.set(id, data, callback)
  }

  compareAndSet(id: string, data: SessionData, version: Version | null, callback: Answer<Outcome>): void {
    const text = JSON.stringify(data)
    this.answer('compareAndSet', callback, () => {
      if ((this.records.get(id) ?? null) !== version) return [null, { ok: false }]
      this.write(id, text)
      return [null, { ok: true, version: text }]
    })
  }
}

/** A store whose update only replaces an existing record. */
export class UpdatingStore extends PlainStore {
  override get(id: string, callback: Answer<SessionData | null>): void {
    super.get(id, callback)
  }

  override set(id: string, data: SessionData, callback: Answer): void {
    super.set(id, data, callback)
  }

  update(id: string, data: SessionData, callback: Answer<boolean>): void {
    const text = JSON.stringify(data)
    this.answer('update', callback, () => {
      const there = this.records.has(id)
      if (there) this.write(id, text)
      return [null, there]
    })
  }
}

/** The store with the type that the middleware accepts. */
export function asStore(store: PlainStore): SessionStore & InstanceType<typeof session.Store> {
  return store as never
}

/**
 * Gives one method a fault.
 *
 * @returns a function that removes it
 */
export function breakStore(store: PlainStore, method: Method, { act, declares = true }: Fault): () => void {
  const methods = store as unknown as Record<Method, unknown>
  const healthy = store[method as 'get'] as unknown as (this: PlainStore, ...args: unknown[]) => void
  const faulty = function (this: PlainStore, ...args: unknown[]): unknown {
    const done = args.pop() as Done
    return act(() => atOnce(this, healthy, args), done)
  }
  Object.defineProperty(faulty, 'length', { value: ARGUMENTS[method] + Number(declares) })
  methods[method] = faulty
  return () => delete methods[method]
}

/**
 * Calls the healthy method synchronously.
 *
 * @returns the arguments of its callback
 */
function atOnce(store: PlainStore, healthy: (this: PlainStore, ...args: unknown[]) => void, args: unknown[]): Given {
  let given: Given = []
  const near = Object.create(store, {
    answer: { value: (_method: Method, _callback: unknown, act: () => Given) => void (given = act()) },
  }) as PlainStore
  healthy.call(near, ...args, () => {})
  return given
}
