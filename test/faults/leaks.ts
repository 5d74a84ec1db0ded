import { expect } from 'chai'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { clientFor } from '../../lib/core/store/ports'
import type { SessionStore } from '../../lib/core/store/contract'
import { turns } from '../support/wire'
import { asStore, type PlainStore } from './stores'

setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc') as () => void

const PROCESS_EVENTS = ['uncaughtException', 'unhandledRejection', 'exit', 'beforeExit', 'warning'] as const
const STORE_EVENTS = ['connect', 'disconnect'] as const

/** What a process has more of, request by request, if requests leave something behind. */
export interface Remains {
  readonly inFlight: number
  readonly listeners: number
  /** Of the package: timers that keep no process alive too. */
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

/** Resolves when all that nobody can reach is gone, with what the heap holds then, in bytes. */
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
 * Resolves when the requests of closed connections are over. A connection closes before its handler has returned, and a store call that the handler
 * makes afterwards has a timer.
 */
export async function requestsOver(clock: { pending(): number }): Promise<void> {
  await turns(HANDLER_TURNS)
  for (let turn = 0; turn < MOST_TURNS && clock.pending() > 0; turn++) await turns(1)
}

/** Nothing is held any more, which is known of a handler that never ends when its request is collected. */
export async function expectNothingHeld(store: SessionStore): Promise<void> {
  const { activeSessions } = clientFor(store)
  for (let i = 0; i < 20 && activeSessions.size > 0; i++) await heap()
  expect(activeSessions.size).to.equal(0)
}
