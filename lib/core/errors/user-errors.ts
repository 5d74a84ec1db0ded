/** The session was revoked while it was saved or renewed. */
export const revoked = (): Error => withCode(new Error('session has been revoked'), 'ERR_SESSION_REVOKED', 401)

/** The user has as many sessions as `maxSessionsPerUser` allows. */
export const refused = (): Error => withCode(new Error('user has too many sessions'), 'ERR_TOO_MANY_SESSIONS', 403)

/** The user has authenticated too long ago for this request, or not at all. */
export const notFresh = (): Error => withCode(new Error('user must authenticate again'), 'ERR_SESSION_NOT_FRESH', 403)

/** @param status of the response, for the error handlers of Express and Koa */
function withCode(error: Error, code: string, status: number): Error {
  return Object.assign(error, { code, status, expose: true })
}
