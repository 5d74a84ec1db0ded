import { interrupt } from './announce'
import { inThisContext } from '../../primitives/async-context'
import { deliver, type Callback } from '../../primitives/callbacks'
import { isMissing, StoreUnavailable } from '../errors/store-errors'
import type { Deadline } from '../concurrency/deadline'
import type { ExchangeState } from './exchange-state'
import type { Hold } from '../concurrency/transaction'
import type { Host, Session } from '../session/session'
import { asStored } from '../session/stored-session'
import type { Found } from '../store/contract'

/**
 * A session that somebody wrote meanwhile has a new expiry already, and one that is destroyed needs none.
 *
 * @returns whether the store has been asked for that by now: a touch that is behind a save waits for what that says
 */
export function touch<H extends Host>(exchange: ExchangeState<H>, id: string, session: Session, done: Callback): boolean {
  const { port } = exchange
  if (exchange.settings.concurrency === 'off') {
    port.touch(id, asStored(exchange.port, session), done)
    return true
  }
  let asked = false
  const act: Parameters<typeof exchange.holding>[2] = (hold, finish, deadline) => {
    const { flight } = hold
    asked = true
    if (hold.dead || !hold.current) return finish()
    // To within the time of one call it is the same moment
    if (flight.touching) return void (flight.joined ??= []).push(inThisContext(finish))
    flight.touching = true
    const touched: Callback = err => {
      const { joined = [] } = flight
      flight.touching = false
      flight.joined = undefined
      for (const other of joined) deliver(() => other(err))
      finish(err)
    }
    port.touch(id, asStored(exchange.port, session), err => (err ? doubt(exchange, hold, { err, deadline }, touched) : touched()), deadline)
  }
  exchange.holding(id, done, act, true)
  return asked
}

/** Some stores call it an error that there is nothing to touch. Whoever destroyed the session knows, and the visitor has done nothing wrong. */
function doubt<H extends Host>(
  exchange: ExchangeState<H>,
  hold: Hold,
  { err, deadline }: { readonly err: unknown; readonly deadline: Deadline },
  done: Callback,
): void {
  if (err instanceof StoreUnavailable) return done(err)
  const found: Found = (missing, record) => {
    if (missing ? isMissing(missing) : !record) interrupt(hold, done)
    else done(err)
  }
  exchange.port.get(hold.id, found, deadline)
}
