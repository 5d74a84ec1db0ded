import { EventEmitter } from 'node:events'

export type Call = [method: string, ...args: unknown[]]
export type Answer = (value: unknown) => unknown

/** A store that records its calls. It returns promises, or what `answer` makes of values. */
export class Told extends EventEmitter {
  readonly calls: Call[] = []
  readonly records = new Map<string, string>()

  constructor(private readonly answer: Answer = value => Promise.resolve(value)) {
    super()
  }

  get(...args: unknown[]): unknown {
    this.calls.push(['get', ...args])
    const text = this.records.get(args[0] as string)
    return this.answer(text && JSON.parse(text))
  }

  set(...args: unknown[]): unknown {
    this.calls.push(['set', ...args])
    this.records.set(args[0] as string, JSON.stringify(args[1]))
    return this.answer(undefined)
  }

  destroy(...args: unknown[]): unknown {
    this.calls.push(['destroy', ...args])
    return this.answer(this.records.delete(args[0] as string))
  }

  /** The methods called since the last call, in order. */
  trace(): string[] {
    return this.calls.splice(0).map(([method]) => method)
  }

  /** The records, in insertion order. */
  get kept(): Record<string, unknown>[] {
    return Array.from(this.records.values(), text => JSON.parse(text) as Record<string, unknown>)
  }
}

/** A store of JSON strings. */
export class Strings {
  readonly records = new Map<string, string>()
  constructor(private readonly answer: Answer = value => Promise.resolve(value)) {}
  load(id: string): unknown {
    return this.answer(this.records.get(id))
  }
  save(id: string, json: string): unknown {
    return this.answer(this.records.set(id, json))
  }
  remove(id: string): unknown {
    return this.answer(this.records.delete(id))
  }
}
