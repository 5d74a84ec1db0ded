import type { Change, Host, Session } from '../../lib/core/session/session'
import type { Callback } from '../../lib/primitives/callbacks'
import { randomOf } from '../support/shuffling-store'
import type { SessionOptions } from '../support/subject'
import { Engine, ID, steppedStore, type Ability, type Data, type Steps } from './stepped-store'

export { ID, type Data } from './stepped-store'

/** The session of a request and its methods. */
export interface Visit extends Pick<Host, 'session' | 'sessionID'> {
  session: Session
  update(change: Change, done: Callback): void
}

export type Act = (visit: Visit, done: () => void) => void

/** One process that serves requests of the session, without HTTP: each asynchronous operation is a step. */
export interface Server {
  serve(act: Act): void
  /** Sessions still in use. */
  readonly held: number
}

/** The parts of a server. */
export interface Supplies {
  readonly options: Partial<SessionOptions>
  readonly store: ReturnType<typeof steppedStore>
  readonly steps: Steps
  /** Collects the errors. */
  readonly errors: unknown[]
}

/** The code that serves requests: the core as the adapter for Connect calls it, or an adapter. */
export interface Floor {
  server(supplies: Supplies): Server
  /** Resolves when everything that does not wait for a step is done; missing if that is synchronous. */
  rest?(): Promise<void>
}

/** The processes and stores of a run. */
export interface Place {
  readonly ability: Ability
  /** The number of processes, which serve in turn. */
  readonly processes: number
}

const ALONE: Place = { ability: 'set', processes: 1 }

export interface Played {
  /** The record of the session that all requests begin with. */
  readonly stored: Data | undefined
  readonly others: Data[]
  /** Sessions still in use. */
  readonly held: number
  readonly errors: unknown[]
}

/** The options of a run. */
export interface Manner {
  readonly floor: Floor
  readonly options?: Partial<SessionOptions>
  readonly place?: Place
}

let made = 0
const genid = (): string => `new-${++made}`

/** By the options of a manner. A floor may settle them once for all orders, because they are the same object. */
const given = new WeakMap<object, Supplies['options']>()
const NONE = {}

function givenOf(options: Manner['options'] = NONE): Supplies['options'] {
  const known = given.get(options) ?? { secret: 'x', resave: false, saveUninitialized: false, genid, ...options }
  given.set(options, known)
  return known
}

/** Chooses the next step among `count`. */
export type Choose = (count: number) => number

/**
 * Runs requests of one session, without HTTP: each asynchronous operation is a step.
 *
 * @param look is called with the record after each step
 */
export async function play(
  acts: readonly Act[],
  known: Data,
  choose: Choose,
  { floor, options, place = ALONE }: Manner,
  look?: (record: Data | undefined) => void,
): Promise<Played> {
  const steps: (() => void)[] = []
  const engine = new Engine()
  engine.write(ID, JSON.stringify({ cookie: { originalMaxAge: null }, ...known }))
  made = 0
  const errors: unknown[] = []
  const servers = Array.from({ length: place.processes }, () =>
    floor.server({ options: givenOf(options), store: steppedStore(place.ability, engine, steps), steps, errors }),
  )
  for (const [index, act] of acts.entries()) steps.push(() => servers[index % servers.length]?.serve(act))
  while (steps.length > 0 || (await follows(steps))) {
    steps.splice(choose(steps.length), 1)[0]?.()
    // Not for each of a million synchronous steps
    if (floor.rest) await floor.rest()
    look?.(engine.read(ID))
  }
  const others = engine.ids().filter(id => id !== ID)
  const held = servers.reduce((sum, server) => sum + server.held, 0)
  return { stored: engine.read(ID), others: others.map(id => engine.read(id) as Data), held, errors }
}

/**
 * The number of successive callbacks that may each run in a later turn: a session method calls back after it has returned, even if it had nothing to
 * do.
 */
const DEFERRED = 6

/** Whether a deferred callback leads to another step. */
async function follows(steps: readonly unknown[]): Promise<boolean> {
  for (let turn = 0; turn < DEFERRED && steps.length === 0; turn++) await new Promise(resolve => setImmediate(resolve))
  return steps.length > 0
}

/**
 * Runs every order.
 *
 * @returns the number of orders
 */
export async function everyOrder(playOne: (choose: Choose) => Promise<void>): Promise<number> {
  let path: { at: number; of: number }[] = []
  for (let orders = 1; ; orders++) {
    let depth = 0
    await playOne(count => {
      path[depth] ??= { at: 0, of: count }
      return (path[depth++] as { at: number }).at
    })
    while (path.length > 0 && (path.at(-1) as { at: number; of: number }).at + 1 === path.at(-1)?.of) path = path.slice(0, -1)
    const last = path.at(-1)
    if (!last) return orders
    last.at++
  }
}

/** The number of random orders from which the total is estimated. */
const SAMPLE = 100

/**
 * Runs about `most` distinct random orders, or every order if there are not many more.
 *
 * @returns the number of orders
 */
export async function someOrders(most: number, playOne: (choose: Choose) => Promise<void>): Promise<number> {
  const random = randomOf(most)
  const played = new Set<string>()
  let sum = 0
  // Some orders are rare
  for (let tries = 1; played.size < most && tries < 4 * most; tries++) {
    const chosen: number[] = []
    // In a tree whose branches are chosen with equal probability, the number of leaves is the mean of this product (Knuth, 1975)
    let leaves = 1
    await playOne(count => {
      leaves *= count
      chosen.push(Math.floor(random() * count))
      return chosen.at(-1) as number
    })
    played.add(chosen.join())
    sum += leaves
    if (tries === SAMPLE && sum / tries < 2 * most) return everyOrder(playOne)
  }
  return played.size
}
