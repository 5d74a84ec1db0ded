import { EventEmitter } from 'node:events'
import { session, type SessionData, type Store } from './subject'

/** How an engine keeps expiries. */
export interface Engine {
  /** `ttl`: moves only an expiry beside the record, as connect-redis does. `record`: writes the record, as file stores do. */
  readonly touch: 'ttl' | 'record' | 'none'
  /** Whether records leave the engine when they expire. */
  readonly expires: boolean
}

interface Row {
  text: string
  /** In milliseconds since 1970. */
  end: number
}

type Done = (err?: unknown) => void

/** A store in a table that tests can look into, of one of several kinds. */
export class EngineStore extends (session.Store as unknown as new () => EventEmitter) {
  readonly rows = new Map<string, Row>()
  /** The methods called since the last call of `trace`. */
  readonly calls: string[] = []
  declare touch?: (id: string, data: SessionData, done: Done) => void

  constructor(readonly engine: Engine) {
    super()
    if (engine.touch !== 'none') this.touch = (id, data, done) => this.#touch(id, data, done)
  }

  get(id: string, done: (err?: unknown, data?: SessionData) => void): void {
    this.calls.push('get')
    const row = this.find(id)
    setImmediate(done, null, row && (JSON.parse(row.text) as SessionData))
  }

  set(id: string, data: SessionData, done: Done): void {
    this.calls.push('set')
    this.write(id, data)
    setImmediate(done)
  }

  destroy(id: string, done: Done): void {
    this.calls.push('destroy')
    this.rows.delete(id)
    setImmediate(done)
  }

  #touch(id: string, data: SessionData, done: Done): void {
    this.calls.push('touch')
    const row = this.find(id)
    if (row && this.engine.touch === 'ttl') row.end = endOf(data)
    else if (row) this.write(id, data)
    setImmediate(done)
  }

  protected find(id: string): Row | undefined {
    const row = this.rows.get(id)
    return row && (!this.engine.expires || row.end > Date.now()) ? row : undefined
  }

  protected write(id: string, data: SessionData): void {
    this.rows.set(id, { text: JSON.stringify(data), end: endOf(data) })
  }

  /** The methods called since the last call. */
  trace(): string[] {
    return this.calls.splice(0)
  }

  /** The only record. */
  get record(): SessionData & Record<string, unknown> {
    const [row] = this.rows.values()
    return JSON.parse(row?.text as string) as SessionData & Record<string, unknown>
  }

  get asStore(): Store {
    return this as unknown as Store
  }
}

/** One with compareAndSet, whose versions are the texts of its records: a touch that moves only a TTL leaves them. */
export class ComparingEngineStore extends EngineStore {
  override get(id: string, done: (err?: unknown, data?: SessionData, version?: string) => void): void {
    super.get(id, (err, data) => done(err, data, data && this.rows.get(id)?.text))
  }

  compareAndSet(
    id: string,
    data: SessionData,
    version: unknown,
    done: (err: unknown, outcome: { ok: boolean; version?: string }) => void,
  ): void {
    this.calls.push('compareAndSet')
    const ok = (this.find(id)?.text ?? null) === version
    if (ok) this.write(id, data)
    setImmediate(done, null, ok ? { ok, version: this.rows.get(id)?.text } : { ok })
  }
}

function endOf({ cookie }: SessionData): number {
  return cookie.expires ? new Date(cookie.expires).valueOf() : Infinity
}

/** The kinds of engines, by their names in titles. */
export const ENGINES: Readonly<Record<string, Engine>> = {
  'a store whose touch moves only a TTL': { touch: 'ttl', expires: true },
  'a store whose touch writes the record': { touch: 'record', expires: true },
  'a store whose touch writes the record, without expiry': { touch: 'record', expires: false },
  'a store without touch': { touch: 'none', expires: true },
  'a store without touch and without expiry': { touch: 'none', expires: false },
}
