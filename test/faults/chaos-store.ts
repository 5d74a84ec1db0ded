import { session, type SessionData } from '../support/subject'

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- each method of a store has another value
type Answer = (err?: any, value?: any, version?: any) => void

/** In milliseconds of the timers of a trial. */
export const LIMIT = 100

/** The faults of a call. A call without a callback is carried out at once or never: if it were carried out later, this could not be detected. */
const FAULTS = {
  error: 'not carried out, and an error',
  'error afterwards': 'carried out, and an error',
  throw: 'not carried out, and throws',
  twice: 'carried out, and answered twice',
  slow: 'carried out in time, but only just',
  late: 'carried out and answered after the time limit',
  'late callback': 'carried out in time, with a callback after the time limit',
  'late error': 'carried out after the time limit, and answered with an error',
  'lost call': 'neither carried out nor answered',
  'no callback': 'carried out, without a callback',
} as const

export type Fault = keyof typeof FAULTS

export const ALL = Object.keys(FAULTS) as Fault[]
/** The faults with which every call still calls back in time. */
export const IN_TIME = ['error', 'error afterwards', 'throw', 'twice'] satisfies Fault[]

/** Plain data, as in a separate process, with random results. */
export class ChaosStore extends session.Store {
  readonly records = new Map<string, { readonly text: string; readonly version: number }>()
  #version = 0

  /**
   * @param faults the possible faults.
   * @param rate the probability of a fault per call
   */
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

  /** As some published stores do, it writes the whole record of an existing session. */
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

  /**
   * @param act carries out the call.
   * @returns the arguments of the callback
   */
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
    else if (fault === 'late callback') carryOut(soon, given => later(late, () => respond(given)))
    else if (fault === 'late error') carryOut(late, () => callback(failed))
    else if (fault === 'no callback') carryOut(0, () => {})
    else if (fault !== 'lost call') carryOut(soon, respond)
  }

  #pick<Value>(values: readonly Value[]): Value | undefined {
    return values[Math.floor(this.random() * values.length)]
  }
}

/** A store with compareAndSet. */
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

  /** It only moves the expiry, which these records do not have. */
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
