/** Of a store that is there and does not answer. Express's own error handler makes of it a 503. */
export class StoreUnavailable extends Error {
  readonly status = 503

  constructor(
    message: string,
    readonly code: 'ERR_STORE_TIMEOUT' | 'ERR_STORE_UNAVAILABLE' | 'ERR_STORE_DISCONNECTED',
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}

/** Whether what was asked may have been done all the same, now or later. */
export function isUnanswered(err: unknown): boolean {
  return err instanceof StoreUnavailable && err.code === 'ERR_STORE_TIMEOUT'
}

/** What session-file-store says of a session that it does not have. */
export function isMissing(err: unknown): boolean {
  return (err as NodeJS.ErrnoException | undefined)?.code === 'ENOENT'
}

/** A store that compares, and never takes the version for the one that it has. */
export function refusesVersion(): Error {
  const message =
    'store refuses the version that it returned, although no other request writes: it cannot compare the record with what was read'
  return Object.assign(new Error(message), { code: 'ERR_STORE_REFUSES_VERSION' })
}

/** The session no longer exists. The message is express-session's. */
export const gone = (): Error => Object.assign(new Error('failed to load session'), { code: 'ERR_SESSION_NOT_FOUND' })
