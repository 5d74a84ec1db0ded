import type { Express, Request } from 'express'
import type { IncomingMessage } from 'node:http'
import type { Room } from '../../integration'
import { sessionApp, type sessionsOf } from '../session-app'

export type Sessions = ReturnType<typeof sessionsOf>

/** The session data of a client, and the counter that pages and sockets share. */
export type Live = Request['session'] & { user?: string; count?: number }
const liveOf = (req: Request): Live => req.session as Live

/** A request that has passed the session middleware. */
export type WithSession = IncomingMessage & { session: Live }

/** The HTTP pages next to the sockets. */
export function pages(room: Room, sessions: Sessions, loggedOut: (user: string | undefined) => void = () => {}): Express {
  const app = sessionApp(room, sessions)
  app.post('/login', (req, res, next) => {
    req.session.regenerate(err => (err ? next(err) : res.send((liveOf(req).user = 'ada'))))
  })
  app.post('/logout', (req, res, next) => {
    const { user } = liveOf(req)
    req.session.destroy(err => {
      if (err) return next(err)
      loggedOut(user)
      res.send('bye')
    })
  })
  app.get('/count', (req, res) => void res.json((liveOf(req).count = (liveOf(req).count ?? 0) + 1)))
  app.get('/look', (req, res) => void res.json(liveOf(req).count ?? 0))
  return app
}
