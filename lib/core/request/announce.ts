import { isPromise, reasonOf, type Callback } from '../../primitives/callbacks'
import { publish } from '../diagnostics/channels'
import type { ExchangeState } from './exchange-state'
import type { Transaction } from '../concurrency/transaction'
import type { Host, Session } from '../session/session'

/** @param act when the app has been told of what is to be stored; it may change that, and may refuse */
export function runBeforeSave<H extends Host>(
  { settings: { beforeSave }, host }: ExchangeState<H>,
  session: Session,
  done: Callback,
  act: () => void,
): void {
  let told: unknown
  try {
    told = beforeSave?.(host, session)
  } catch (refused) {
    return done(reasonOf(refused, 'beforeSave'))
  }
  if (!isPromise(told)) return act()
  told.then(act, refused => done(reasonOf(refused, 'beforeSave')))
}

/** An exchange whose session may not be stored. */
interface Restricted {
  readonly anonymous: boolean
  readonly isReadOnly: boolean
}

/**
 * Calls back with the reason if the session is not stored, whatever the app asks: an Error, with the code `ERR_SESSION_READ_ONLY` if the option `readOnly`
 * says so.
 *
 * @returns whether it is refused
 */
export function refuses({ anonymous, isReadOnly }: Restricted, done: Callback): boolean {
  if (anonymous) done(new Error('session could not be read, and is not stored'))
  else if (isReadOnly)
    done(Object.assign(new Error('session is not stored: readOnly is true for this request'), { code: 'ERR_SESSION_READ_ONLY' }))
  return anonymous || isReadOnly
}

/** The session has been ended by others. */
export function endedElsewhere(transaction: Transaction, done: Callback): void {
  publish('interrupted')
  transaction.missing = true
  done()
}
