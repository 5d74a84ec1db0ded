import { createServer, type IncomingMessage } from 'node:http'
import session from 'PACKAGE'

declare module 'PACKAGE' {
  interface SessionData {
    views: number
    user: { name: string }
  }
  interface Session {
    extra: number
  }
}

const middleware = session({ secret: 'x', resave: false, saveUninitialized: false, store: new session.MemoryStore({ max: 10 }) })
// @ts-expect-error: a count
new session.MemoryStore({ max: 'ten' })
// @ts-expect-error: only its subclasses can be made
new session.Store()

createServer((incoming, res) => {
  const req = incoming as IncomingMessage & Express.Request
  middleware(req, res, err => {
    if (err) throw err
    req.session.views = (req.session.views ?? 0) + 1
    // @ts-expect-error: it is not declared
    req.session.nothing
    void req.session.save().then(() => res.end(`${req.session.extra}`))
    // @ts-expect-error: a promise brings nothing
    void req.session.save().then(saved => saved.views)
  })
})

// How socket libraries call it: with an upgrade request, without a response
export function upgrade(req: IncomingMessage & { session?: session.Session & Partial<session.SessionData> }): void {
  middleware(req, {}, () => {
    const views: number | undefined = req.session?.views
    req.session?.save(() => views).touch()
  })
}
// @ts-expect-error: it cannot go on without a next
middleware({} as IncomingMessage, {})

const cookie = new session.Cookie({ maxAge: 60000, priority: 'low', partitioned: true, sameSite: 'strict' })
const live = cookie as session.LiveCookie
live.serialize('name', 'value').toLowerCase()
live.maxAge = null
cookie.serialize?.('name', 'value').toLowerCase()
// @ts-expect-error: no such attribute
new session.Cookie({ flavour: 'oat' })

const made: session.Session = new session.Session({ sessionID: 'id' }, { views: 1 })
made.touch().resetMaxAge().id.toLowerCase()

export const options: session.SessionOptions = { secret: 'x', cookie: { maxAge: 1, encode: text => text, signed: true } }
export const inCookie: session.Options = { secret: 'x', store: 'cookie' }
export const plain: session.Options = { ...options, store: { get: async () => null, set: async () => {}, destroy: async () => {} } }
export type Handler = ReturnType<typeof session>
