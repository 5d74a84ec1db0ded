import { sign } from 'cookie-signature'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Host, Parts, Req, Storage } from './host'
import { session } from './subject'

/** Options without a deprecation warning of express-session. */
export const QUIET = { secret: 'keyboard cat, and more of it', resave: false, saveUninitialized: false } as const

const STORAGES: readonly Storage[] = [
  {
    title: '',
    cookieName: 'connect.sid',
    touch: 'touch',
    extendsOnEachRequest: true,
    setsCookieOnSave: false,
    options: store => ({ store }),
  },
  {
    title: 'of sessions in the cookie',
    cookieName: 'connect.sid',
    touch: undefined,
    extendsOnEachRequest: false,
    setsCookieOnSave: true,
    options: () => ({ store: 'cookie' }),
  },
]

/** A plain Node server with the middleware before the handler. */
export const connect: Host = {
  framework: 'Connect',
  listener,
  start: options => void session({ ...QUIET, ...options }),
  mountedAt: path => ({
    ...connect,
    listener(parts) {
      const listen = listener(parts)
      return (req, res) => listen(Object.assign(req, { originalUrl: req.url, url: without(path, req.url) }), res)
    },
  }),
  storages: STORAGES,
  cookie: id => `connect.sid=${encodeURIComponent(`s:${sign(id, QUIET.secret)}`)}`,
  cookieNames: name => [name],
  carriedBy(value) {
    const signed = decodeURIComponent(value)
    if (!signed.startsWith('s:')) throw new Error(`${value} is not signed`)
    return signed.slice('s:'.length, signed.lastIndexOf('.'))
  },
  attributes: line => line,
  keepsAlive: {},
  lacks: [],
  unsaved: { outcome: 'the response is sent, and next is given the error, once', reply: text => [200, text] },
  untouched: 'nobody',
  errorText: message => message,
}

/** A thrown error is an error of the request, as in a router, and not of the process. */
function listener({ options, handler, fail }: Parts): (req: IncomingMessage, res: ServerResponse) => unknown {
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
}

/** The rest of a path that a router passes to a middleware mounted there. */
export function without(mount: string, path = '/'): string {
  return path.startsWith(mount) ? path.slice(mount.length) || '/' : path
}
