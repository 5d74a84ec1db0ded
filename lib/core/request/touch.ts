import { endedElsewhere } from './before-storing'
import { inThisContext } from '../../primitives/async-context'
import { deliver, type Callback } from '../../primitives/callbacks'
import { isMissing, StoreUnavailable } from '../errors/store-errors'
import type { Deadline } from '../concurrency/deadline'
import type { ExchangeState } from './exchange-state'
import type { Transaction } from '../concurrency/transaction'
import type { Host, Session } from '../session/session'
import { storedForm } from '../lifetime/stored-form'
import type { Found } from '../store/contract'

/**
 * A session that somebody wrote meanwhile has a new expiry already, and one that is destroyed needs none.
 *
 * @returns whether the store has been asked for that by now: a touch that is behind a save waits for what that says
 */
export function touch<H extends Host>(exchange: ExchangeState<H>, id: string, session: Session, done: Callback): boolean {
  const { port } = exchange
  if (exchange.settings.concurrency === 'off') {
    port.touch(id, storedForm(exchange, session), done)
    return true
  }
  let asked = false
  const act: Parameters<typeof exchange.transact>[2] = (transaction, finish, deadline) => {
    const { active } = transaction
    asked = true
    if (transaction.isEnded || !transaction.isCurrent) return finish()
    // To within the time of one call it is the same moment
    if (active.isTouching) return void (active.joinedTouches ??= []).push(inThisContext(finish))
    active.isTouching = true
    const touched: Callback = err => {
      const { joinedTouches = [] } = active
      active.isTouching = false
      active.joinedTouches = undefined
      for (const other of joinedTouches) deliver(() => other(err))
      finish(err)
    }
    port.touch(
      id,
      storedForm(exchange, session),
      err => (err ? resolveTouchError(exchange, transaction, { err, deadline }, touched) : touched()),
      deadline,
    )
  }
  exchange.transact(id, done, act, true)
  return asked
}

/** Some stores call it an error that there is nothing to touch. Whoever destroyed the session knows, and the visitor has done nothing wrong. */
function resolveTouchError<H extends Host>(
  exchange: ExchangeState<H>,
  transaction: Transaction,
  { err, deadline }: { readonly err: unknown; readonly deadline: Deadline },
  done: Callback,
): void {
  if (err instanceof StoreUnavailable) return done(err)
  const found: Found = (missing, record) => {
    if (missing ? isMissing(missing) : !record) endedElsewhere(transaction, done)
    else done(err)
  }
  exchange.port.get(transaction.id, found, deadline)
}
