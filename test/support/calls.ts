type Method = (...args: unknown[]) => unknown

/** Records the calls of one method of an object, which works as before. */
export class Calls {
  readonly #object: Record<string, Method>
  readonly #name: string
  readonly #own: Method
  /** The arguments of each call. */
  readonly args: unknown[][] = []

  constructor(object: object, name: string) {
    this.#object = object as Record<string, Method>
    this.#name = name
    const own = (this.#own = this.#object[name] as Method)
    const { args: calls } = this
    this.#object[name] = function (this: unknown, ...args) {
      calls.push(args)
      return Reflect.apply(own, this, args)
    }
  }

  /** The number of calls since the last call of `count`. */
  count(): number {
    return this.args.splice(0).length
  }

  restore(): void {
    this.#object[this.#name] = this.#own
  }
}

/** The calls in each test of the suite that it is called in. */
export function useCalls(object: object, name: string): Pick<Calls, 'args' | 'count'> {
  let calls: Calls
  beforeEach(() => {
    calls = new Calls(object, name)
  })
  afterEach(() => calls.restore())
  return {
    get args() {
      return calls.args
    },
    count: () => calls.count(),
  }
}
