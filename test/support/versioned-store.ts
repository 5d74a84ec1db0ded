import { session, type SessionData } from './subject'

interface Versioned {
  readonly text: string
  readonly version: number
}

/** An asynchronous store with compareAndSet. Two stores with the same records simulate two processes. */
export class VersionedStore extends session.Store {
  /** Called when a record of a new ID has been written, before the caller is notified. */
  onCreate: (() => void) | undefined
  /** Whether the store returns records whose end has passed: its clock may be behind. */
  returnsExpired = false

  constructor(readonly records: Map<string, Versioned>) {
    super()
  }

  get(id: string, callback: (err?: unknown, data?: SessionData | null, version?: number) => void): void {
    const found = this.#find(id)
    setImmediate(() => (found ? callback(null, JSON.parse(found.text) as SessionData, found.version) : callback(null, null)))
  }

  set(id: string, data: SessionData, callback?: (err?: unknown) => void): void {
    this.#write(id, data)
    setImmediate(() => callback?.())
  }

  destroy(id: string, callback?: (err?: unknown) => void): void {
    this.records.delete(id)
    setImmediate(() => callback?.())
  }

  override compareAndSet(
    id: string,
    data: SessionData,
    version: unknown,
    callback: (err?: unknown, outcome?: { readonly ok: boolean; readonly version?: number }) => void,
  ): void {
    const found = this.#find(id)
    const ok = (found?.version ?? null) === version
    const written = ok ? this.#write(id, data) : undefined
    if (ok && version === null) this.onCreate?.()
    setImmediate(() => callback(null, { ok, ...(written !== undefined && { version: written }) }))
  }

  override length(callback: (err: unknown, count?: number) => void): void {
    setImmediate(() => callback(null, this.records.size))
  }

  #find(id: string): Versioned | undefined {
    const found = this.records.get(id)
    const expires = found && (JSON.parse(found.text) as { cookie: { expires: string | null } }).cookie.expires
    return !this.returnsExpired && expires && new Date(expires).getTime() <= Date.now() ? undefined : found
  }

  #write(id: string, data: SessionData): number {
    const version = (this.records.get(id)?.version ?? 0) + 1
    this.records.set(id, { text: JSON.stringify(data), version })
    return version
  }
}
