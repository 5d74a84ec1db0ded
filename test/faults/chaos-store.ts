import { session, type SessionData } from '../support/subject'

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- each method of a store has another value
type Answer = (err?: any, value?: any, version?: any) => void

/** In milliseconds of the timers that a trial turns. */
export const LIMIT = 100

/** What may go wrong with a call. A call that is never answered is carried out at once or not at all: a store that carries it out later and never says so cannot be heard of. */
const FAULTS = {
  error: 'not carried out, and an error',
  'error afterwards': 'carried out, and an error',
  throw: 'not carried out, and throws',
  twice: 'carried out, and answered twice',
  slow: 'carried out in time, but only just',
  late: 'carried out and answered after the time limit',
  'late answer': 'carried out in time, and answered after the time limit',
  'late error': 'carried out after the time limit, and answered with an error',
  'lost call': 'neither carried out nor answered',
  'lost answer': 'carried out, and never answered',
} as const

export type Fault = keyof typeof FAULTS

export const ALL = Object.keys(FAULTS) as Fault[]
/** Those that every call is answered in time in spite of. */
export const IN_TIME = ['error', 'error afterwards', 'throw', 'twice'] satisfies Fault[]

/** Plain data in a process of its own, as it were, which answers as chance will have it. */
export class ChaosStore extends session.Store {
  readonly records = new Map<string, { readonly text: string; readonly version: number }>()
  #version = 0

  /** @param faults that may happen. @param rate how often of 1 a call has one */
  constructor(
    readonly random: () => number,
    readonly faults: readonly Fault[],
    public rate: number,
  ) {
    super()
  }

  override get(id: string, callback: Answer): void {
    this.ask(() => {
      const record = this.records.get(id)
      return [null, record && (JSON.parse(record.text) as SessionData)]
    }, callback)
  }

  override set(id: string, data: SessionData, callback: Answer = () => {}): void {
    const text = JSON.stringify(data)
    this.ask(() => (this.put(id, text), []), callback)
  }

  /** As some published stores do, it writes the whole record of a session that is there. */
  override touch(id: string, data: SessionData, callback: Answer = () => {}): void {
    const text = JSON.stringify(data)
    this.ask(() => (this.records.has(id) && this.put(id, text), []), callback)
  }

  override destroy(id: string, callback: Answer = () => {}): void {
    this.ask(() => (this.records.delete(id), []), callback)
  }

  protected put(id: string, text: string): number {
    this.records.set(id, { text, version: ++this.#version })
    return this.#version
  }

  /** @param act carries it out. @returns what to answer */
  protected ask(act: () => unknown[], callback: Answer): void {
    const fault = this.random() < this.rate ? (this.#pick(this.faults) as Fault) : undefined
    const soon = 1 + this.random() * 12
    const late = LIMIT * (1.05 + this.random() * 3)
    const failed = new Error(`chaos: ${fault}`)
    const later = (ms: number, then: () => void): void => void setTimeout(then, ms)
    const carryOut = (ms: number, answer: (given: unknown[]) => void): void => later(ms, () => answer(act()))
    const respond = (given: unknown[]): void => callback(...(given as [err?: unknown]))
    if (fault === 'throw') throw failed
    if (fault === 'error') later(soon, () => callback(failed))
    else if (fault === 'error afterwards') carryOut(soon, () => callback(failed))
    else if (fault === 'twice') carryOut(soon, given => (respond(given), respond(given)))
    else if (fault === 'slow') carryOut(LIMIT * 0.9, respond)
    else if (fault === 'late') carryOut(late, respond)
    else if (fault === 'late answer') carryOut(soon, given => later(late, () => respond(given)))
    else if (fault === 'late error') carryOut(late, () => callback(failed))
    else if (fault === 'lost answer') carryOut(0, () => {})
    else if (fault !== 'lost call') carryOut(soon, respond)
  }

  #pick<Value>(values: readonly Value[]): Value | undefined {
    return values[Math.floor(this.random() * values.length)]
  }
}

/** One that compares versions. */
export class AtomicChaosStore extends ChaosStore {
  override get(id: string, callback: Answer): void {
    this.ask(() => {
      const record = this.records.get(id)
      return record ? [null, JSON.parse(record.text), record.version] : [null, null]
    }, callback)
  }

  override set(id: string, data: SessionData, callback: Answer = () => {}): void {
    super.set(id, data, callback)
  }

  /** It only moves the expiry, which these records have not. */
  override touch(_id: string, _data: SessionData, callback: Answer = () => {}): void {
    this.ask(() => [], callback)
  }

  override compareAndSet(id: string, data: SessionData, version: unknown, callback: Answer): void {
    const text = JSON.stringify(data)
    this.ask(() => {
      const found = this.records.get(id)?.version ?? null
      if (found !== version) return [null, { ok: false }]
      const written = this.put(id, text)
      // A record that is written with an expiry in the past ends a session
      if (new Date(data.cookie.expires ?? Infinity).valueOf() < Date.now()) this.records.delete(id)
      return [null, { ok: true, version: written }]
    }, callback)
  }
}
