import { equal } from 'node:assert/strict'
import type { Express, Request } from 'express'
import { createServer } from 'node:http'
import { listening } from '../listening'
import type { Neighbour, Scenario } from '../neighbour'
import { Visitor } from '../visitor'

const express =
  (name: string): Scenario =>
  async ({ here }) => {
    const app = here.load<() => Express>(name)()
    app.use(here.session({ secret: 'of no value', resave: false, saveUninitialized: false }))
    app.get('/count', (req, res) => void res.send(String(count(req))))
    const ada = new Visitor(await listening(createServer(app)))
    equal(await ada.get('count'), '1')
    equal(await ada.get('count'), '2')
  }

function count(req: Pick<Request, 'session'>): number {
  const session = req.session as unknown as { count?: number }
  return (session.count = (session.count ?? 0) + 1)
}

/** What the requests come through. */
export const servers: readonly Neighbour[] = [
  { title: 'express 4.21.2', packages: { 'express-4': 'npm:express@4.21.2' }, scenarios: { 'a session is kept': express('express-4') } },
]
