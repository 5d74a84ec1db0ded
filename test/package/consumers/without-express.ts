import type { IncomingMessage } from 'node:http'
import session from 'PACKAGE'

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

session({
  secret: async req => req.headers.host ?? '',
  genid: async req => {
    true satisfies Same<typeof req, IncomingMessage & Express.Request>
    return req.url ?? ''
  },
  cookie: async req => ({ secure: req.headers.host === 'example.com' }),
})
// @ts-expect-error: that is Express's
session({ secret: 'x', genid: req => req.ip })
// @ts-expect-error: the one public name of @types/express-session that is not ours, since it cannot be declared twice
export type Known = Express.SessionStore
