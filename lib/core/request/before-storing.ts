import { isPromise, reasonOf, type Callback } from '../../primitives/callbacks'
import { publish } from '../diagnostics/channels'
import type { ExchangeState } from './exchange-state'
import type { Transaction } from '../concurrency/transaction'
import type { Host, Session } from '../session/session'

/**
 * The error of a request whose session must not be stored: it replaces one that could not be read, or the option `readOnly` is true, with the code
 * `ERR_SESSION_READ_ONLY`.
 */
export function refusal({ anonymous, isReadOnly }: Pick<ExchangeState, 'anonymous' | 'isReadOnly'>): Error | undefined {
  if (anonymous) return new Error('session could not be read, and is not stored')
  return isReadOnly ? readOnlyError() : undefined
}

/**
 * Before a session is saved, updated or moved. Fails if it must not be stored: with the error of `refusal`, or of the option `beforeSave`.
 *
 * @param act stores the session, which `beforeSave` may have changed
 */
export function beforeStoring<H extends Host>(exchange: ExchangeState<H>, session: Session, done: Callback, act: () => void): void {
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

function readOnlyError(): Error {
  return Object.assign(new Error('session is not stored: readOnly is true for this request'), { code: 'ERR_SESSION_READ_ONLY' })
}

/** Another request has ended the session, so nothing is stored. */
export function endedElsewhere(transaction: Transaction, done: Callback): void {
  publish('interrupted')
  transaction.missing = true
  done()
}
