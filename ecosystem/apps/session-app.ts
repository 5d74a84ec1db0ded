import type { Express } from 'express'
import { createServer } from 'node:http'
import { listening } from '../../test/support/listening'
import type { Room } from '../integration'
import { Visitor } from '../visitor'

/** The packages that `sessionApp` needs. */
export const EXPRESS = { 'express-5': 'npm:express@5.3.0' }

/** An Express app with sessions and a parser of forms. */
export function sessionApp(room: Room, sessions = sessionsOf(room)): Express {
  const express = room.load<typeof import('express')>('express-5')
  const app = express()
  // Otherwise it prints errors
  app.set('env', 'test')
  return app.use(express.urlencoded(), sessions)
}

/** The middleware, for other frameworks too. */
export function sessionsOf({ session }: Room, saveUninitialized = false) {
  return session({ secret: 'of no value', resave: false, saveUninitialized })
}

/** A new client. */
export async function visitorOf(app: Express): Promise<Visitor> {
  return new Visitor(await listening(createServer(app)))
}
