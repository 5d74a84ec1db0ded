import type { SessionData } from '../../lib/core/record/session-data'
import { session } from '../support/subject'
import type { Version } from '../../lib/core/record/snapshot'
import type { Ability, Data } from './stepped-store'

type Method = 'get' | 'set' | 'touch' | 'destroy' | 'update' | 'compareAndSet'
type Answer = (err?: unknown, value?: never, beside?: never) => void

/** A call that waits for its response. */
interface Call {
  readonly method: Method
  /** Carries it out, and responds. */
  readonly answer: () => void
  readonly fail: (err: Error) => void
}

/** A store that carries out each call when the test says so. What it was asked is counted. */
export class ManualStore extends session.Store {
  /** All calls so far. */
  readonly calls: Method[] = []
  readonly records = new Map<string, string>()
  readonly #waiting: Call[] = []

  constructor(ability: Ability) {
    super()
    // Own methods all, since an ability counts only beside the store's own get and set
    const { get, set } = this
    if (ability === 'update') Object.assign(this, { get, set, update: this.updateIfThere })
    if (ability === 'compareAndSet') Object.assign(this, { get, set, compareAndSet: this.compare })
  }

  get(id: string, callback: Answer): void {
    this.#ask('get', callback, () => {
      const record = this.read(id)
      return [record, record && this.records.get(id)]
    })
  }

  set(id: string, session: SessionData, callback: Answer = () => {}): void {
    const text = JSON.stringify(session)
    this.#ask('set', callback, () => (this.records.set(id, text), []))
  }

  override touch(_id: string, _session: SessionData, callback: Answer = () => {}): void {
    this.#ask('touch', callback, () => [])
  }

  destroy(id: string, callback: Answer = () => {}): void {
    this.#ask('destroy', callback, () => (this.records.delete(id), []))
  }

  private updateIfThere(id: string, session: SessionData, callback: Answer): void {
    const text = JSON.stringify(session)
    this.#ask('update', callback, () => {
      const isThere = this.records.has(id)
      if (isThere) this.records.set(id, text)
      return [isThere]
    })
  }

  /** The text is its own version. */
  private compare(id: string, session: SessionData, version: Version | null, callback: Answer): void {
    const text = JSON.stringify(session)
    this.#ask('compareAndSet', callback, () => {
      const ok = (this.records.get(id) ?? null) === version
      if (ok) this.records.set(id, text)
      return [{ ok, version: text }]
    })
  }

  /** The calls that wait, the oldest first. */
  get waiting(): readonly Method[] {
    return this.#waiting.map(({ method }) => method)
  }

  /** Responds to the oldest call. */
  answer(): void {
    this.take().answer()
  }

  /** Responds to all calls, and to those that follow. */
  answerAll(): void {
    while (this.#waiting.length > 0) this.answer()
  }

  /** Does not carry out the oldest call. */
  fail(err: Error): void {
    this.take().fail(err)
  }

  /** A call, by default the oldest one. It gets its response later, or never. */
  take(index = 0): Call {
    const [call] = this.#waiting.splice(index, 1)
    if (!call) throw new Error('no call waits')
    return call
  }

  /** The calls since this was asked before. */
  trace(): Method[] {
    return this.calls.splice(0)
  }

  /** The record, unless it has expired. */
  read(id: string): (SessionData & Data) | undefined {
    const text = this.records.get(id)
    const record = text === undefined ? undefined : (JSON.parse(text) as SessionData & Data)
    const expires = record?.cookie.expires
    return expires && new Date(expires).valueOf() <= Date.now() ? undefined : record
  }

  /** As another process does. */
  change(id: string, changes: Data): void {
    this.records.set(id, JSON.stringify({ ...this.read(id), ...changes }))
  }

  #ask(method: Method, callback: Answer, act: () => unknown[]): void {
    this.calls.push(method)
    this.#waiting.push({ method, answer: () => callback(null, ...(act() as never[])), fail: err => callback(err) })
  }
}
