import { equal } from 'node:assert/strict'
import { createServer } from 'node:http'
import type { Express, Request, RequestHandler } from 'express'
import type session from '../../../lib'
import { listening } from '../../../test/support/listening'
import type { Room, Scenario } from '../../integration'
import { Visitor } from '../../visitor'
import { lateSessions } from '../late-sessions'
import { scenariosFrom } from '../scenarios-from'

/** The environment of a middleware. */
export interface Stage {
  readonly room: Room
  readonly place: 'before' | 'after'
  /** An app with sessions, and with a middleware before or after them. */
  readonly app: (middleware: RequestHandler, options?: Partial<session.SessionOptions>) => Express
}

type Play = (stage: Stage) => Promise<void>

/** Each scenario with the middleware before the session, and after it. */
export function beforeAndAfter(plays: Readonly<Record<string, Play>>): Record<string, Scenario> {
  const placed = Object.entries(plays).flatMap(([sentence, play]) =>
    PLACES.map(place => [`${sentence}, ${place} the session`, { play, place }] as const),
  )
  return scenariosFrom(
    Object.fromEntries(placed),
    ({ play, place }) =>
      async ({ here }) =>
        play(stage(here, place)),
  )
}

const PLACES = ['before', 'after'] as const

function stage(room: Room, place: Stage['place']): Stage {
  return {
    room,
    place,
    app: (middleware, options) => {
      const order = [middleware, lateSessions(room, options)]
      return appOf(room, ...(place === 'before' ? order : order.reverse()))
    },
  }
}

/** An Express app with these middlewares, in this order, and a page that counts. */
export function appOf({ load }: Room, ...middlewares: RequestHandler[]): Express {
  const app = load<typeof import('express')>('express-5')()
  // Otherwise it prints errors
  app.set('env', 'test')
  return app.use(middlewares).get('/count', (req, res) => void res.send(String(count(req))))
}

/** The data of a session. */
export function data(req: Pick<Request, 'session'>): Record<string, unknown> {
  return req.session as unknown as Record<string, unknown>
}

/** Counts one more request in the session. */
export function count(req: Pick<Request, 'session'>): number {
  return (data(req).count = Number(data(req).count ?? 0) + 1)
}

/** A new client. */
export async function visitorOf(app: Express): Promise<Visitor> {
  return new Visitor(await listening(createServer(app)))
}

/** Counts the next two requests. */
export async function isKept(visitor: Visitor, before = 0): Promise<void> {
  for (const visit of [before + 1, before + 2]) {
    const counted = await visitor.get('count')
    equal(counted, String(visit), `visit ${visit} was counted as ${counted}`)
  }
}
