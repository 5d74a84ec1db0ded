import { expect } from 'chai'
import type { SessionOptions } from '../support/subject'
import { useTimers } from '../support/timers'
import { useUncaught } from '../support/uncaught'
import { meet, type Outcome } from './case'
import { FAULTS, LIMIT, WRITES_AND_FAILS, type Fault } from './faults'
import { REQUESTS, type Asks } from './requests'
import { SERVERS, useClients } from './servers'

/** The options with which each request is made. */
const MODES: Record<Asks['tells'], Partial<SessionOptions>[]> = {
  reader: [{ onStoreError: 'error' }, { onStoreError: 'anonymous' }],
  client: [{ saveErrors: 'report' }, { saveErrors: 'fail' }],
  handler: [{ saveErrors: 'report' }, { saveErrors: 'fail' }],
  nobody: [{ saveErrors: 'report' }, { saveErrors: 'fail' }],
  channel: [{ saveErrors: 'report' }, { saveErrors: 'fail' }],
}

describe('faults: a store failure is one error, in time, and the server keeps running', () => {
  const clock = useTimers()
  const uncaught = useUncaught()
  useClients()

  for (const [what, asks] of Object.entries(REQUESTS)) {
    for (const [how, fault] of Object.entries(FAULTS)) {
      for (const mode of MODES[asks.tells]) {
        for (const [server, { host }] of Object.entries(SERVERS)) {
          const told = asks.tells === 'nobody' ? host.untouched : asks.tells

          it(`${what}: the store ${how}; ${nameOf(mode)}, ${server}`, async () => {
            const outcome = await meet(asks, fault, mode, server, clock, uncaught)
            expect(outcome).to.deep.include(expected({ ...asks, tells: told }, fault, mode))
          })
        }
      }
    }
  }
})

function nameOf(mode: Partial<SessionOptions>): string {
  return Object.entries(mode)
    .map(([name, value]) => `${name} ${String(value)}`)
    .join()
}

/** The expected result of a request. */
function expected(asks: Asks, fault: Fault, mode: Partial<SessionOptions>): Partial<Outcome> {
  const error = errorOf(asks, fault)
  const stops = error !== undefined && endsIn(asks, mode) === 'an error'
  const hidden = asks.tells === 'reader' && mode.onStoreError === 'anonymous'
  return {
    status: stops ? statusOf(error) : 200,
    at: fault.slow && asks.tells !== 'channel' ? LIMIT : 0,
    errors: error === undefined || asks.tells === 'channel' || (hidden && !stops) ? [] : [error],
    heard: error !== undefined && asks.tells === 'channel' ? [error] : [],
    handled: stops && asks.tells === 'reader' ? 0 : 1,
    answers: 1,
    uncaught: [],
    left: 0,
  }
}

function errorOf({ method, reads, known }: Asks, fault: Fault): string | undefined {
  const { failure } = fault
  // If the write of a new session fails, a store with compareAndSet is read again: a write that was carried out is no failure
  if (method === 'compareAndSet' && !known && WRITES_AND_FAILS.includes(fault)) return undefined
  if (failure === 'of a wrong type' && !reads) return undefined
  return failure === 'without a reason' ? `store.${method} failed without a reason` : failure
}

function endsIn({ tells }: Asks, { onStoreError, saveErrors }: Partial<SessionOptions>): 'an error' | 'an answer' {
  if (tells === 'handler') return 'an error'
  if (tells === 'reader') return onStoreError === 'error' ? 'an error' : 'an answer'
  return tells === 'client' && saveErrors === 'fail' ? 'an error' : 'an answer'
}

function statusOf(error: string): number {
  return error === 'ERR_STORE_TIMEOUT' ? 503 : 500
}
