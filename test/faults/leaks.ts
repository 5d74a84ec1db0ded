import { expect } from 'chai'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { clientFor } from '../../lib/core/store/store-clients'
import type { SessionStore } from '../../lib/core/store/contract'
import { turns } from '../support/wire'
import { asStore, type PlainStore } from './stores'

setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc') as () => void

const PROCESS_EVENTS = ['uncaughtException', 'unhandledRejection', 'exit', 'beforeExit', 'warning'] as const
const STORE_EVENTS = ['connect', 'disconnect'] as const

/** Resources that grow with each request if requests leak. */
export interface Remains {
  readonly inFlight: number
  readonly listeners: number
  /** Timers of the package, including those that do not keep the process alive. */
  readonly timers: number
}

export function remains(store: PlainStore, clock: { pending(): number }): Remains {
  const { listenerCount } = asStore(store)
  const heard = PROCESS_EVENTS.map(event => process.listenerCount(event)).concat(
    STORE_EVENTS.map(event => listenerCount.call(store, event)),
  )
  return {
    inFlight: clientFor(asStore(store)).activeSessions.size,
    listeners: heard.reduce((sum, count) => sum + count),
    timers: clock.pending(),
  }
}

/** Resolves after garbage collection, with the size of the heap in bytes. */
export async function heap(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    gc()
    await turns(5)
  }
  return process.memoryUsage().heapUsed
}

/** More turns of the event loop than a handler and its store calls take. */
const HANDLER_TURNS = 20
const MOST_TURNS = 1000

/**
 * Resolves when the requests of closed connections are complete. A connection closes before its handler has returned, and a later store call of the
 * handler has a timer.
 */
export async function requestsOver(clock: { pending(): number }): Promise<void> {
  await turns(HANDLER_TURNS)
  for (let turn = 0; turn < MOST_TURNS && clock.pending() > 0; turn++) await turns(1)
}

/** Waits until no session is in use. For a handler that never ends, this is detected when its request is collected. */
export async function expectNothingHeld(store: SessionStore): Promise<void> {
  const { activeSessions } = clientFor(store)
  for (let i = 0; i < 20 && activeSessions.size > 0; i++) await heap()
  expect(activeSessions.size).to.equal(0)
}
