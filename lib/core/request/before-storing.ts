import { isPromise, reasonOf, type Callback } from '../../primitives/callbacks'
import { publish } from '../diagnostics/channels'
import type { ExchangeState } from './exchange-state'
import type { Transaction } from '../concurrency/transaction'
import type { Host, Session } from '../session/session'

/**
 * Before a session is saved, updated or moved. Calls back with the reason if it is not stored, whatever the app asks: an Error, with the code
 * `ERR_SESSION_READ_ONLY` if the option `readOnly` says so, or the error of `beforeSave`.
 *
 * @param act stores it. `beforeSave` has run by then, and may have changed it
 */
export function beforeStoring<H extends Host>(exchange: ExchangeState<H>, session: Session, done: Callback, act: () => void): void {
  const { settings, host, anonymous, isReadOnly } = exchange
  if (anonymous) return done(new Error('session could not be read, and is not stored'))
  if (isReadOnly) return done(readOnlyError())
  let told: unknown
  try {
    told = settings.beforeSave?.(host, session)
  } catch (refused) {
    return done(reasonOf(refused, 'beforeSave'))
  }
  if (!isPromise(told)) return act()
  told.then(act, refused => done(reasonOf(refused, 'beforeSave')))
}

function readOnlyError(): Error {
  return Object.assign(new Error('session is not stored: readOnly is true for this request'), { code: 'ERR_SESSION_READ_ONLY' })
}

/** The session has been ended by others. */
export function endedElsewhere(transaction: Transaction, done: Callback): void {
  publish('interrupted')
  transaction.missing = true
  done()
}
