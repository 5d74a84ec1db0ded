import { commit } from '../../lib/core/commit'
import { Exchange, lendGenerate, type Transport } from '../../lib/core/exchange'
import type { Host } from '../../lib/core/host'
import { open } from '../../lib/core/open'
import { settle, type Settings } from '../../lib/core/options'
import type { Session, SessionData } from '../../lib/core/session'
import type { Callback, SessionStore } from '../../lib/core/store-port'
import type { SessionOptions } from '../support/subject'

export const ID = 'ada'

export type Data = Record<string, unknown>
export type Act = (host: Host & { session: Session }, done: () => void) => void

interface Steps {
  /** Something that can happen now, or later. */
  push(step: () => void): void
}

/** Two steps for each call: it is done, and it is said to be done. */
class SteppedStore implements SessionStore {
  readonly records = new Map<string, string>()

  constructor(private readonly steps: Steps) {}

  read(id: string): Data | undefined {
    const text = this.records.get(id)
    return text === undefined ? undefined : (JSON.parse(text) as Data)
  }

  get(id: string, callback: Callback<SessionData | null>): void {
    this.#step(() => {
      const record = this.read(id) as SessionData | undefined
      return () => callback(null, record)
    })
  }

  set(id: string, session: SessionData, callback: Callback): void {
    const text = JSON.stringify(session)
    this.#step(() => (this.records.set(id, text), () => callback()))
  }

  destroy(id: string, callback: Callback): void {
    this.#step(() => (this.records.delete(id), () => callback()))
  }

  touch(_id: string, _session: SessionData, callback: Callback): void {
    this.#step(() => () => callback())
  }

  #step(act: () => () => void): void {
    this.steps.push(() => this.steps.push(act()))
  }
}

export interface Played {
  /** What the store has of the session that all began with. */
  readonly stored: Data | undefined
  readonly others: Data[]
  /** Sessions still held. */
  readonly held: number
  readonly errors: unknown[]
}

/**
 * Requests of one session, without HTTP: all that waits is a step.
 *
 * @param choose says which of so many comes next
 * @param look is shown the record after each step
 */
export function play(
  acts: readonly Act[],
  known: Data,
  choose: (count: number) => number,
  options: Partial<SessionOptions> = {},
  look: (record: Data | undefined) => void = () => {},
): Played {
  const steps: (() => void)[] = []
  const store = new SteppedStore(steps)
  store.records.set(ID, JSON.stringify({ cookie: { originalMaxAge: null }, ...known }))
  let made = 0
  const given = { secret: 'x', resave: false, saveUninitialized: false, genid: () => `new-${++made}`, ...options }
  const settings = settle<Host>(given as never, store, () => {})
  const transport: Transport = { path: () => '/', isSecure: () => false, sentId: () => ID }
  lendGenerate(settings, transport)
  const errors: unknown[] = []
  for (const act of acts) steps.push(() => request(settings, transport, act, steps, errors))
  while (steps.length > 0) {
    steps.splice(choose(steps.length), 1)[0]?.()
    look(store.read(ID))
  }
  const others = Array.from(store.records.keys()).filter(id => id !== ID)
  return { stored: store.read(ID), others: others.map(id => store.read(id) as Data), held: settings.port.inFlight.size, errors }
}

function request(settings: Settings, transport: Transport, act: Act, steps: Steps, errors: unknown[]): void {
  const host: Host = {}
  const exchange = new Exchange(settings, transport, host)
  let over = (): void => {}
  exchange.holder.whenOver = act => ((over = act), true)
  open(exchange, err => {
    if (err) errors.push(err)
    act(host as never, () =>
      commit(exchange, true, err => {
        if (err) errors.push(err)
        // The client has it all
        steps.push(over)
      }),
    )
  })
}

/** Plays every order there is. @returns how many there are */
export function everyOrder(playOne: (choose: (count: number) => number) => void): number {
  let path: { at: number; of: number }[] = []
  for (let orders = 1; ; orders++) {
    let depth = 0
    playOne(count => {
      path[depth] ??= { at: 0, of: count }
      return (path[depth++] as { at: number }).at
    })
    while (path.length > 0 && (path.at(-1) as { at: number; of: number }).at + 1 === path.at(-1)?.of) path = path.slice(0, -1)
    const last = path.at(-1)
    if (!last) return orders
    last.at++
  }
}
