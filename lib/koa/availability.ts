import type { EventEmitter } from 'node:events'

/** The events of a lost connection. koa-session-ts's stores emit it in capitals. */
const LEAVES = ['disconnect', 'DISCONNECT'] as const
const COMES = ['connect', 'CONNECT'] as const

/** One per store of the process: eleven listeners for an event would cause a warning. */
const connections = new WeakMap<object, Connection>()

/** Whether a store is connected, for one middleware. Only events from now on count. */
export class Availability {
  readonly #connection: Connection
  readonly #before: number

  /** @param patience in milliseconds. If several middlewares share a store, the last value wins */
  constructor(store: object, patience: number) {
    let connection = connections.get(store)
    if (!connection) connections.set(store, (connection = new Connection(store)))
    connection.patience = patience
    this.#connection = connection
    this.#before = connection.said
  }

  get isReady(): boolean {
    return this.#connection.isThere || this.#connection.said === this.#before
  }

  /**
   * Waits for a disconnected store.
   *
   * @throws Error `session store is unavailable`
   */
  ready(): Promise<void> {
    return this.#connection.back()
  }
}

/** Whether a store is connected. While it is not, all requests wait together, up to a time limit. */
class Connection {
  /** How long requests wait after the store has disconnected, in milliseconds; `Infinity` waits without a limit. */
  patience = 0
  /** The number of its events so far. */
  said = 0
  #state: 'there' | 'away' | 'given up' = 'there'
  readonly #waiting = new Set<() => void>()
  #timer: NodeJS.Timeout | undefined

  constructor(store: Partial<EventEmitter>) {
    if (typeof store.on !== 'function') return
    for (const event of LEAVES) store.on(event, () => this.#leave())
    for (const event of COMES) store.on(event, () => this.#come())
  }

  get isThere(): boolean {
    return this.#state === 'there'
  }

  async back(): Promise<void> {
    if (this.#state === 'away') await new Promise<void>(resolve => this.#waiting.add(resolve))
    if (this.#state === 'given up') throw Object.assign(new Error('session store is unavailable'), { code: 'ERR_STORE_DISCONNECTED' })
  }

  #leave(): void {
    this.said++
    if (this.#state !== 'there') return
    this.#state = 'away'
    if (this.patience < Infinity) this.#timer = setTimeout(() => this.#turn('given up'), this.patience).unref()
  }

  #come(): void {
    this.said++
    clearTimeout(this.#timer)
    this.#turn('there')
  }

  #turn(state: 'there' | 'given up'): void {
    this.#state = state
    for (const goOn of this.#waiting) goOn()
    this.#waiting.clear()
  }
}
