import { session, type SessionData, type Store } from '../support/subject'

type Callback = (err?: unknown) => void
type Method = 'get' | 'set' | 'destroy' | 'compareAndSet'

/** A store that calls back later, keeps records after their end, and fails if a test says so. */
export class PlainStore extends session.Store {
  /** The methods that fail. */
  readonly failing = new Set<Method>()
  /** The calls, in order. */
  readonly calls: Method[] = []

  /** @param records of another store, to simulate another process */
  constructor(readonly records = new Map<string, { readonly text: string; readonly version: number }>()) {
    super()
  }

  get(id: string, callback: (err?: unknown, data?: SessionData | null, version?: number) => void): void {
    this.answer('get', callback, () => {
      const found = this.records.get(id)
      if (!found || isExpired(found.text)) callback(null, null)
      else callback(null, JSON.parse(found.text) as SessionData, found.version)
    })
  }

  set(id: string, data: SessionData, callback: Callback = () => {}): void {
    const text = JSON.stringify(data)
    this.answer('set', callback, () => (this.write(id, text), callback()))
  }

  destroy(id: string, callback: Callback = () => {}): void {
    this.answer('destroy', callback, () => (this.records.delete(id), callback()))
  }

  protected write(id: string, text: string): number {
    const version = (this.records.get(id)?.version ?? 0) + 1
    this.records.set(id, { text, version })
    return version
  }

  protected answer(method: Method, callback: Callback, act: () => void): void {
    this.calls.push(method)
    setImmediate(() => (this.failing.has(method) ? callback(new Error(`${method} fails`)) : act()))
  }
}

/** Only records that a compare-and-set has ended: those whose limit has passed stay. */
function isExpired(text: string): boolean {
  return new Date((JSON.parse(text) as SessionData).cookie?.expires ?? 1).valueOf() === 0
}

/** With compareAndSet. */
export class ComparingStore extends PlainStore {
  override compareAndSet(
    id: string,
    data: SessionData,
    version: unknown,
    callback: (err?: unknown, outcome?: { readonly ok: boolean; readonly version?: number }) => void,
  ): void {
    const text = JSON.stringify(data)
    this.answer('compareAndSet', callback, () => {
      const found = this.records.get(id)
      const isLive = found !== undefined && !isExpired(found.text)
      const ok = (isLive ? found.version : null) === version
      callback(null, { ok, ...(ok && { version: this.write(id, text) }) })
    })
  }
}

/** The kinds of stores, by their names in titles. */
export const STORES: Readonly<Record<'MemoryStore' | 'a plain store' | 'a store that compares', () => Store>> = {
  MemoryStore: () => new session.MemoryStore() as Store,
  'a plain store': () => new PlainStore() as unknown as Store,
  'a store that compares': () => new ComparingStore() as unknown as Store,
}

export type StoreName = keyof typeof STORES
