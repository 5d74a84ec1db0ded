import ours = require('../../lib')

/** The package under test: resession, or express-session in a run with the configuration in test/express-session. */
export const subject = process.env.SUBJECT ?? 'resession'

// eslint-disable-next-line @typescript-eslint/no-require-imports -- the name is known when the tests start
export const session = (subject === 'resession' ? ours : require(subject)) as typeof ours

export type { CookieOptions, LiveCookie, Options as SessionOptions, RequestHandler, Session, SessionData, Store } from '../../lib'
