import type { DeferredCall } from './deferred-call'

/** The waiting calls of a response, in order, and what they promise. A call that failed promises nothing. Each step takes constant time. */
export class CallLine {
  #calls: (DeferredCall | undefined)[] = []
  /** The index of the first call that waits: removing it from a long array would move all others. */
  #first = 0
  #senders = 0
  #writes = 0
  /** The first `end` waits. */
  hasEnd = false
  /** The arguments of the `writeHead` that waits. */
  head: unknown[] | undefined
  /** What Node would report as `writableLength` for the chunks that wait. */
  size = 0

  get length(): number {
    return this.#calls.length - this.#first
  }

  get first(): DeferredCall | undefined {
    return this.#calls[this.#first]
  }

  /** Whether a call waits that sends the headers, or data after them. */
  get hasBytes(): boolean {
    return this.#senders > 0
  }

  get hasWrite(): boolean {
    return this.#writes > 0
  }

  push(call: DeferredCall): void {
    // A chunk after the end is not sent
    if (!this.hasEnd) call.size = sizeOf(call)
    this.#calls.push(call)
    this.#count(call, 1)
  }

  shift(): DeferredCall {
    const call = this.#calls[this.#first] as DeferredCall
    this.#calls[this.#first++] = undefined
    if (this.length === 0) this.#clear()
    if (!call.failed) this.#count(call, -1)
    return call
  }

  /** The call threw, so its caller does not wait for it. */
  fail(call: DeferredCall): void {
    call.failed = true
    this.#count(call, -1)
  }

  /** Removes all calls. */
  drain(): DeferredCall[] {
    const calls: DeferredCall[] = []
    while (this.length > 0) calls.push(this.shift())
    return calls
  }

  #clear(): void {
    this.#calls = []
    this.#first = 0
  }

  #count({ method, args, asks, size = 0 }: DeferredCall, by: 1 | -1): void {
    if (method === 'writeHead') this.head = by > 0 ? args : undefined
    else this.#senders += by
    if (method === 'write') this.#writes += by
    if (asks === 'last') this.hasEnd = by > 0
    this.size += by * size
  }
}

/** The length of a chunk, of a text in characters: so does Node count what it has buffered. */
function sizeOf({ method, args: [chunk] }: DeferredCall): number {
  if (method !== 'write' && method !== 'end') return 0
  return typeof chunk === 'string' ? chunk.length : ((chunk as Partial<Uint8Array> | null | undefined)?.byteLength ?? 0)
}
