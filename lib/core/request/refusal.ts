import type { Callback } from '../store/store-client'

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
