import * as session from 'PACKAGE'

class Own extends session.MemoryStore {}
const store: session.Store = new Own({ max: 1 })
export const options: session.SessionOptions = { secret: 'x', store, cookie: new session.Cookie({ maxAge: 1 }) }
export const data = (live: session.Session): Partial<session.SessionData> => live
// @ts-expect-error: there is no such export
session.Unknown
