/** A store exists but does not respond. Express's error handler responds with its status, 503. */
export class StoreUnavailable extends Error {
  readonly status = 503

  constructor(
    message: string,
    readonly code: 'ERR_STORE_TIMEOUT' | 'ERR_STORE_UNAVAILABLE' | 'ERR_STORE_DISCONNECTED',
  ) {
    super(message)
  }
}

/** Whether the operation may have been carried out, or may still be. */
export function isUnanswered(err: unknown): boolean {
  return err instanceof StoreUnavailable && err.code === 'ERR_STORE_TIMEOUT'
}

/** The error of session-file-store for a missing session. */
export function isMissing(err: unknown): boolean {
  return (err as NodeJS.ErrnoException | undefined)?.code === 'ENOENT'
}

/** A store with compareAndSet that refuses the version of its own record. */
export function refusesVersion(): Error {
  const message =
    'store refuses the version that it returned, although no other request writes: it cannot compare the record with what was read'
  return Object.assign(new Error(message), { code: 'ERR_STORE_REFUSES_VERSION' })
}

const GONE = 'ERR_SESSION_NOT_FOUND'

/** The session no longer exists. The message is express-session's. */
export const gone = (): Error => Object.assign(new Error('failed to load session'), { code: GONE })

/** Whether an error says that the session no longer exists. */
export function isGone(err: unknown): boolean {
  return (err as NodeJS.ErrnoException | undefined)?.code === GONE
}
