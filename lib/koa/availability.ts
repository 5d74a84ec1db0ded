import type { EventEmitter } from 'node:events'

/** As far as stores are emitters: koa-session-ts's say it in capitals. */
const LEAVES = ['disconnect', 'DISCONNECT'] as const
const COMES = ['connect', 'CONNECT'] as const

/** One for each store of the process: eleven listeners of a kind would be a warning. */
const connections = new WeakMap<object, Connection>()

/** Whether a store is there, as one middleware sees it: it is until it says something else, whatever it has said before. */
export class Availability {
  readonly #connection: Connection
  readonly #before: number

  /** @param patience in milliseconds. Of several middlewares on one store, as the last one says */
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

  /** Waits for a store that is not there. @throws Error `session store is unavailable` */
  ready(): Promise<void> {
    return this.#connection.back()
  }
}

/** Whether a store says that it is connected. While it is not, requests wait for it, all together for so long and no longer. */
class Connection {
  /** How long requests wait, in milliseconds from the moment at which the store goes; `Infinity` never ends. */
  patience = 0
  /** How often it has said something. */
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
