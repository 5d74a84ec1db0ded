import { commit } from '../../lib/core/commit'
import { Exchange } from '../../lib/core/exchange'
import { lendGenerate } from '../../lib/core/lend-generate'
import type { Host } from '../../lib/core/host'
import { open } from '../../lib/core/open'
import { settle, type Settings } from '../../lib/core/options'
import type { Session } from '../../lib/core/session'
import type { Transport } from '../../lib/core/transport'
import type { SessionOptions } from '../support/subject'
import { Engine, steppedStore, type Ability, type Data, type Steps } from './stepped-store'

export type { Data } from './stepped-store'

export const ID = 'ada'

export type Act = (host: Host & { session: Session }, done: () => void) => void

/** Where the requests are served. */
export interface Place {
  readonly ability: Ability
  /** That take turns in serving. */
  readonly processes: number
}

const ALONE: Place = { ability: 'set', processes: 1 }

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
  place: Place = ALONE,
): Played {
  const steps: (() => void)[] = []
  const engine = new Engine()
  engine.write(ID, JSON.stringify({ cookie: { originalMaxAge: null }, ...known }))
  let made = 0
  const given = { secret: 'x', resave: false, saveUninitialized: false, genid: () => `new-${++made}`, ...options }
  const processes = Array.from({ length: place.processes }, () => {
    const settings = settle<Host>(given as never, steppedStore(place.ability, engine, steps), () => {})
    lendGenerate(settings, TRANSPORT)
    return settings
  })
  const errors: unknown[] = []
  for (const [index, act] of acts.entries()) {
    steps.push(() => request(processes[index % processes.length] as Settings, act, steps, errors))
  }
  while (steps.length > 0) {
    steps.splice(choose(steps.length), 1)[0]?.()
    look(engine.read(ID))
  }
  const others = engine.ids().filter(id => id !== ID)
  const held = processes.reduce((sum, { port }) => sum + port.inFlight.size, 0)
  return { stored: engine.read(ID), others: others.map(id => engine.read(id) as Data), held, errors }
}

const TRANSPORT: Transport = { path: () => '/', isSecure: () => false, sentId: () => ID }

function request(settings: Settings, act: Act, steps: Steps, errors: unknown[]): void {
  const host: Host = {}
  const exchange = new Exchange(settings, TRANSPORT, host)
  let over = (): void => {}
  exchange.holder.watch((_, act) => ((over = act), true), undefined)
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
