import type { EventEmitter } from 'node:events'

/** As far as stores are emitters: koa-session-ts's say it in capitals. */
const LEAVES = ['disconnect', 'DISCONNECT'] as const
const COMES = ['connect', 'CONNECT'] as const

/** One for each store of the process: eleven listeners of a kind would be a warning. */
const availabilities = new WeakMap<object, Availability>()

/** @param patience in milliseconds. Of several middlewares on one store, as the last one says */
export function availabilityOf(store: object, patience: number): Availability {
  let availability = availabilities.get(store)
  if (!availability) availabilities.set(store, (availability = new Availability(store)))
  availability.patience = patience
  return availability
}

/** Whether a store says that it is connected. While it is not, requests wait for it, all together for so long and no longer. */
export class Availability {
  /** How long requests wait, in milliseconds from the moment at which the store goes; `Infinity` never ends. */
  patience = 0
  #state: 'there' | 'away' | 'given up' = 'there'
  readonly #waiting = new Set<() => void>()
  #timer: NodeJS.Timeout | undefined

  constructor(store: Partial<EventEmitter>) {
    if (typeof store.on !== 'function') return
    for (const event of LEAVES) store.on(event, () => this.#leave())
    for (const event of COMES) store.on(event, () => this.#come())
  }

  /** @throws Error `session store is unavailable` */
  async ready(): Promise<void> {
    if (this.#state === 'away') await new Promise<void>(resolve => this.#waiting.add(resolve))
    if (this.#state === 'given up') throw Object.assign(new Error('session store is unavailable'), { code: 'ERR_STORE_DISCONNECTED' })
  }

  #leave(): void {
    if (this.#state !== 'there') return
    this.#state = 'away'
    if (this.patience < Infinity) this.#timer = setTimeout(() => this.#turn('given up'), this.patience).unref()
  }

  #come(): void {
    clearTimeout(this.#timer)
    this.#turn('there')
  }

  #turn(state: 'there' | 'given up'): void {
    this.#state = state
    for (const goOn of this.#waiting) goOn()
    this.#waiting.clear()
  }
}
