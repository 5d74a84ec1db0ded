import { isPromise, reasonOf, type Callback } from '../../primitives/callbacks'
import { publish } from '../diagnostics/channels'
import { gone } from '../errors/store-errors'
import type { ExchangeState } from './exchange-state'
import type { Transaction } from '../concurrency/transaction'
import type { Session } from '../session/session'

/**
 * The error of a request whose session must not be stored: it replaces one that could not be read, or the option `readOnly` is true, with the code
 * `ERR_SESSION_READ_ONLY`.
 */
export function refusal({
  anonymous,
  isReadOnly,
  isSnapshot,
}: Pick<ExchangeState, 'anonymous' | 'isReadOnly' | 'isSnapshot'>): Error | undefined {
  if (anonymous) return new Error('session could not be read, and is not stored')
  if (isSnapshot) return readOnlyError('its ID has been replaced by another request')
  return isReadOnly ? readOnlyError('readOnly is true for this request') : undefined
}

/**
 * Before a session is saved, updated or moved. Fails if it must not be stored: with the error of `refusal`, or of the option `beforeSave`.
 *
 * @param act stores the session, which `beforeSave` may have changed
 */
export function beforeStoring(exchange: ExchangeState, session: Session, done: Callback, act: () => void): void {
  const { settings, host } = exchange
  const refused = refusal(exchange)
  if (refused) return done(refused)
  let returned: unknown
  try {
    returned = settings.beforeSave?.(host, session)
  } catch (refused) {
    return done(reasonOf(refused, 'beforeSave'))
  }
  if (!isPromise(returned)) return act()
  returned.then(act, refused => done(reasonOf(refused, 'beforeSave')))
}

function readOnlyError(why: string): Error {
  return Object.assign(new Error(`session is not stored: ${why}`), { code: 'ERR_SESSION_READ_ONLY' })
}

/**
 * Another request has ended the session, so nothing is stored.
 *
 * @param mayHaveMoved whether it may go on under another ID. Then `done` receives an error
 */
export function endedElsewhere(transaction: Transaction, done: Callback, mayHaveMoved = false): void {
  if (!mayHaveMoved) publish('interrupted')
  transaction.missing = true
  done(mayHaveMoved ? gone() : undefined)
}
