import type { IncomingMessage } from 'node:http'
import express from 'express'
import session from 'PACKAGE'

// Compiles against @types/express-session too, with only the name of the module replaced
declare module 'PACKAGE' {
  interface SessionData {
    views: number
    user: { name: string }
  }
  interface Session {
    extra: number
  }
}

const attributes: session.CookieOptions = {
  maxAge: 60000,
  signed: true,
  expires: null,
  httpOnly: true,
  path: '/',
  domain: 'example.com',
  secure: 'auto',
  encode: encodeURIComponent,
  sameSite: 'lax',
  partitioned: true,
  priority: 'medium',
}

class Kept extends session.Store {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  get(_id: string, callback: (err: any, data?: session.SessionData | null) => void): void {
    callback(null, null)
  }
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  set(_id: string, _data: session.SessionData, callback?: (err?: any) => void): void {
    callback?.()
  }
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  destroy(_id: string, callback?: (err?: any) => void): void {
    callback?.()
  }
}

const options: session.SessionOptions = {
  secret: ['new', Buffer.from('old')],
  store: new Kept(),
  name: 'id',
  genid: (req: express.Request) => req.path,
  cookie: attributes,
  rolling: true,
  resave: false,
  saveUninitialized: false,
  proxy: true,
  unset: 'destroy',
}
options.cookie = { maxAge: 1 }

const kept: session.SessionOptions['store'] = new Kept()
kept.on('error', () => {})
const given: session.Store | undefined = options.store
given?.get('id', () => {})
options.store?.on('disconnect', () => {})
options.store?.clear?.(err => err)

const memory: session.MemoryStore = new session.MemoryStore()
memory.all((_err, all) => Object.keys(all ?? {}))
memory.length((_err, count) => count?.toFixed())
memory.clear(err => err)
const record: session.SessionData = { cookie: { originalMaxAge: null, httpOnly: true }, views: 1, user: { name: 'Ada' } }
memory.set('id', record, err => err)
memory.touch('id', { cookie: new session.Cookie(), views: 1, user: { name: 'Ada' } }, () => {})

const handler: express.RequestHandler = session(options)
const app = express()
app.use(session(), session(options), handler)
app.use('/', session({ secret: 'x' }))

app.get('/', (req, res, next) => {
  const live: session.Session & Partial<session.SessionData> = req.session
  const bare: session.Session = req.session
  const data: Partial<session.SessionData> = req.session
  const store: session.Store = req.sessionStore
  const cookie: session.Cookie = live.cookie
  const asOptions: session.CookieOptions = cookie
  const lifetime: number | null = cookie.originalMaxAge
  const chained: session.Session = live
    .save(err => next(err))
    .touch()
    .reload(next)
    .resetMaxAge()
    .regenerate(next)
    .destroy(next)
  live.save()
  cookie.maxAge = undefined
  cookie.expires = null
  store.load(req.sessionID, (_err, found?: session.SessionData) => found?.views)
  store.createSession(req, { cookie, views: 1, user: { name: 'Ada' } }).views.toFixed()
  store.regenerate(req, err => next(err))
  store.on('disconnect', () => {})
  req.sessionStore.generate(req)
  res.json([bare.extra, data.views, asOptions.path, lifetime, chained.id, req.sessionID])
})

interface SignedIn extends express.Request {
  session: session.Session & { user: { name: string } }
}
export const greet = (req: SignedIn): string => req.session.user.name

export function upgrade(req: IncomingMessage & { session: session.Session }): void {
  session(options)(req as express.Request, {} as express.Response, (() => req.session.id) as express.NextFunction)
}
export const fake = { user: { name: 'Ada' }, destroy: () => {} } as unknown as session.Session
