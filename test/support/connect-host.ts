import { sign } from 'cookie-signature'
import type { Host, Req } from './host'
import { session } from './subject'

/** Options that upstream would not warn of. */
export const QUIET = { secret: 'keyboard cat', resave: false, saveUninitialized: false } as const

/** A plain server with our middleware before the handler. */
export const connect: Host = {
  /** Catches what is thrown at it, as a router would: it is an error of the request, not of the process. */
  listener({ options, handler, fail }) {
    const middleware = session({ ...QUIET, ...options })
    return (incoming, res) => {
      const req = incoming as Req
      const failed = (err: unknown): void => fail(err, res)
      try {
        middleware(req, res, (err?: unknown) => (err ? failed(err) : handler(req, res, failed)))
      } catch (err) {
        failed(err)
      }
    }
  },
  cookie: id => `connect.sid=${encodeURIComponent(`s:${sign(id, QUIET.secret)}`)}`,
  keepsAlive: {},
  lacks: [],
  unsaved: { outcome: 'the answer goes out, and the error to next, once', reply: text => [200, text] },
  untouched: 'nobody',
  errorText: message => message,
}
