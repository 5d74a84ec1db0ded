import express from 'express'
import session from 'PACKAGE'

// As in declarations.ts, with Express's requests

export const sessions = session({ secret: 'x', genid: req => req.path, cookie: req => ({ secure: req.secure }) })
export const handlers: express.RequestHandler[] = [sessions]
export const sessionOf = (req: express.Request) => req.session
export const cookieOf = (req: express.Request) => req.session.cookie
export const attributesOf = (req: express.Request) => ({ ...req.session.cookie })
export const storeOf = (req: express.Request) => req.sessionStore
export const idOf = (req: express.Request) => req.sessionID
export const dataOf = (req: express.Request) => ({ ...req.session })
export const saved = async (req: express.Request) => await req.session.save()
export const destroyed = async (req: express.Request) => req.session.destroy(() => {})
export const created = (req: express.Request) => req.sessionStore.createSession(req, {} as session.SessionData)
export const genidOf = (options: session.SessionOptions) => options.genid
export class Guards {
  readonly sessions = session({ secret: 'x' })
  cookie(req: express.Request) {
    return req.session.cookie
  }
  store({ sessionStore }: express.Request) {
    return { sessionStore, get: sessionStore.get.bind(sessionStore) }
  }
}
