import type { IncomingHttpHeaders } from 'node:http'
import session = require('./index')
import type koaSession = require('./koa')
import { requestInProcess } from './testing/in-process-request'
import { readKoaSession, storeKoaSession, type KoaApp } from './testing/koa-session'

/** The options of the app's session middleware that affect cookies and records. */
export interface TestSessionOptions extends Pick<
  session.Options,
  | 'secret'
  | 'name'
  | 'cookie'
  | 'seal'
  | 'hashIds'
  | 'idleTimeout'
  | 'absoluteTimeout'
  | 'renewAfter'
  | 'userId'
  | 'describe'
  | 'maxSessionsPerUser'
> {
  /** The store of the app, or `'cookie'` for sessions that are kept in the cookie. */
  store: NonNullable<session.Options['store']>
}

/** The options of `sessionCookie`. */
export interface SessionCookieOptions extends TestSessionOptions {
  /** The data of the session. */
  data: SessionValues
  /**
   * Returns the session ID, or a promise of one.
   *
   * @default 24 random bytes in base64url
   */
  genid?: session.Options['genid']
}

/** The options of the app's `resession/koa` middleware, and the app. */
export type KoaTestSessionOptions = koaSession.AnySpelling & {
  /** The Koa app. Its `keys` sign the cookie. */
  app: KoaApp
}

/** The options of `sessionCookie` for Koa. */
export type KoaSessionCookieOptions = KoaTestSessionOptions & {
  /** The data of the session. */
  data: SessionValues
}

/** The data of a session, without its cookie. */
export type SessionValues = Omit<Partial<session.SessionData>, 'cookie'>

/** A `Set-Cookie` header: its lines, one line, or the headers of a response that have it. A `Cookie` header will do too. */
export type SetCookie =
  | string
  | readonly string[]
  | { getSetCookie(): string[] }
  | { readonly 'set-cookie'?: string | readonly string[] | undefined }
  | null
  | undefined

/**
 * Stores a session as the middleware of the app would.
 *
 * @example const cookie = await sessionCookie({ store, secret: 'a secret for tests', data: { userId: 1 } })
 * await request(app).get('/profile').set('Cookie', cookie).expect(200)
 * @example const cookie = await sessionCookie({ app, ...options, data: { userId: 1 } }) // app is a Koa app
 * @returns the `Cookie` header of a browser that has the session: `name=value`
 * @throws TypeError for options that are missing or cannot work; what the store fails with
 * @see `docs/testing.md`
 */
export async function sessionCookie(options: SessionCookieOptions | KoaSessionCookieOptions): Promise<string> {
  const { data, ...rest } = (options ?? {}) as typeof options
  checkData(data)
  const lines = isKoa(rest) ? await storeKoaSession(rest, data) : await storeSession(checked('sessionCookie', rest), data)
  const pairs = lines.map(line => line.split(';')[0] as string)
  if (!pairs.length) throw new Error('sessionCookie stored the session, but no cookie was set')
  return pairs.join('; ')
}

function isKoa(options: TestSessionOptions | KoaTestSessionOptions): options is KoaTestSessionOptions {
  return 'app' in options
}

function checkData(data: unknown): void {
  if (typeof data !== 'object' || data === null)
    throw new TypeError('data option must be an object; write data: { userId: 1 }, for example')
  if ('cookie' in data) throw new TypeError('data option must not have a cookie; use the cookie option')
}

/** @returns the `Set-Cookie` lines of a response that stored the data */
async function storeSession(options: TestSessionOptions, data: SessionValues): Promise<readonly string[]> {
  // A failed save is passed to `next`, and not only printed
  const middleware = middlewareFor({ ...options, saveUninitialized: true, saveErrors: 'fail' })
  return requestInProcess(middleware, { url: pathOf(options) }, ({ req, useHttps, end }) => {
    if (!req.session) throw new Error('sessionCookie made no session: the store has emitted disconnect')
    Object.assign(req.session, data)
    if ((req.session as session.Session).cookie.secure === true) useHttps()
    return end()
  })
}

/**
 * Reads the session that a response stored, without a change to it.
 *
 * @example const response = await request(app).post('/login')
 * deepEqual(await readSession({ store, secret: 'a secret for tests' }, response.headers['set-cookie']), { userId: 1 })
 * @param setCookie the `Set-Cookie` header of the response, or the `Cookie` header of the request if the response has none
 * @returns what the session holds, without its cookie; undefined if there is no session, or no cookie whose signature is valid
 * @throws TypeError for options that are missing or cannot work; what the store fails with
 * @see `docs/testing.md`
 */
export async function readSession(
  options: TestSessionOptions | KoaTestSessionOptions,
  setCookie: SetCookie,
): Promise<SessionValues | undefined> {
  if (options && isKoa(options)) return readKoaSession(options, cookieHeader(setCookie))
  let isNew = false
  const genid = (): string => {
    isNew = true
    // Long enough for hashIds
    return 'unused'.repeat(4)
  }
  const middleware = middlewareFor({ ...checked('readSession', options), genid })
  return requestInProcess(middleware, { url: pathOf(options), cookie: cookieHeader(setCookie) }, ({ req }) => {
    // A session that was not stored is new
    if (!req.session || !req.sessionID || isNew) return undefined
    const { cookie: _, ...data } = JSON.parse(JSON.stringify(req.session)) as session.SessionData
    return data
  })
}

function checked<O extends TestSessionOptions>(by: string, options: O): O {
  if (!options?.store) throw new TypeError(`${by} needs the store of the app; write ${by}({ store, secret, … })`)
  if (!options.secret) throw new TypeError(`${by} needs the secret of the app; write ${by}({ store, secret, … })`)
  return options
}

/** If several middlewares share a store, the last one sets its `generate`: the app's is kept. */
function middlewareFor(options: session.Options): session.RequestHandler {
  const store = options.store as { generate?: unknown } | 'cookie'
  if (store === 'cookie') return session({ resave: false, saveUninitialized: false, ...options })
  const generate = Object.getOwnPropertyDescriptor(store, 'generate')
  try {
    return session({ resave: false, saveUninitialized: false, ...options })
  } finally {
    if (generate) Object.defineProperty(store, 'generate', generate)
    else delete store.generate
  }
}

/** A path for which the cookie is sent. */
function pathOf({ cookie }: TestSessionOptions): string {
  return (typeof cookie === 'object' && cookie.path) || '/'
}

/** Attributes are harmless: they look like cookies of other names. The last line of a name counts in a browser, so it comes first here. */
function cookieHeader(setCookie: SetCookie): string {
  if (!setCookie) return ''
  if (typeof setCookie === 'object' && 'getSetCookie' in setCookie) return cookieHeader(setCookie.getSetCookie())
  if (typeof setCookie === 'object' && !Array.isArray(setCookie)) return cookieHeader((setCookie as IncomingHttpHeaders)['set-cookie'])
  const lines = typeof setCookie === 'string' ? setCookie.split(/,(?=\s*[^;,=\s]+=)/) : (setCookie as readonly string[])
  return [...lines].reverse().join('; ')
}
