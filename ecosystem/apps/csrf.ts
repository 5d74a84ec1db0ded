import { equal, notEqual } from 'node:assert/strict'
import type { Request, RequestHandler } from 'express'
import type { Integration, Room, Scenario } from '../integration'
import { Visitor } from '../visitor'
import { scenariosFrom } from './scenarios-from'
import { EXPRESS, sessionApp, visitorOf } from './session-app'

type Protected = Request & { csrfToken(): string }

interface Protection {
  readonly name: string
  readonly version: string
  readonly protect: (room: Room) => RequestHandler
}

interface CsrfSync {
  csrfSync(options: { getTokenFromRequest(req: Request): unknown }): { csrfSynchronisedProtection: RequestHandler }
}

/** Each keeps its secret in the session, and reads the token from the form field of the same name. */
const protections: readonly Protection[] = [
  {
    name: 'csrf-sync',
    version: '4.2.1',
    protect: ({ load }) => load<CsrfSync>('csrf-sync').csrfSync({ getTokenFromRequest: tokenIn }).csrfSynchronisedProtection,
  },
  { name: 'lusca', version: '1.7.0', protect: ({ load }) => load<{ csrf(): RequestHandler }>('lusca').csrf() },
  { name: 'csurf', version: '1.11.0', protect: ({ load }) => load<() => RequestHandler>('csurf')() },
]

function tokenIn(req: Request): unknown {
  return (req.body as { _csrf?: string })._csrf
}

const played: Readonly<Record<string, (ada: Visitor) => Promise<void>>> = {
  'a form with its token gets 200, without it or with another 403': async ada => {
    const token = await ada.get('token')
    equal((await ada.post('order')).status, 403)
    equal((await ada.post('order', { _csrf: `${token}0` })).status, 403)
    equal((await ada.post('order', { _csrf: token })).text, 'order 1')
  },
  'a token is valid for several forms, and after newer tokens': async ada => {
    const _csrf = await ada.get('token')
    await ada.get('token')
    for (const order of [1, 2, 3]) equal((await ada.post('order', { _csrf })).text, `order ${order}`)
  },
  'the token of one client is invalid for another': async ada => {
    const _csrf = await ada.get('token')
    const eve = new Visitor(ada.site)
    equal((await eve.post('order', { _csrf })).status, 403)
    await eve.get('token')
    equal((await eve.post('order', { _csrf })).status, 403)
    equal((await ada.post('order', { _csrf })).text, 'order 1')
  },
  'regenerate makes the old token invalid and the new one valid': async ada => {
    const old = await ada.get('token')
    const { text: made } = await ada.post('login', { _csrf: old })
    notEqual(made, old)
    equal((await ada.post('order', { _csrf: old })).status, 403)
    equal((await ada.post('order', { _csrf: made })).text, 'order 1')
  },
}

const scenario =
  (protect: Protection['protect'], play: (ada: Visitor) => Promise<void>): Scenario =>
  async ({ here }) => {
    const app = sessionApp(here).use(protect(here))
    app.get('/token', (req, res) => void res.send((req as Protected).csrfToken()))
    app.post('/order', (req, res) => {
      const session = req.session as unknown as { orders?: number }
      res.send(`order ${(session.orders = (session.orders ?? 0) + 1)}`)
    })
    app.post('/login', (req, res, next) => {
      req.session.regenerate(err => (err ? next(err) : res.send((req as Protected).csrfToken())))
    })
    await play(await visitorOf(app))
  }

/** CSRF tokens whose secret is in the session. */
export const csrf: readonly Integration[] = protections.map(({ name, version, protect }) => ({
  title: `${name} ${version}`,
  packages: { ...EXPRESS, [name]: version },
  scenarios: scenariosFrom(played, play => scenario(protect, play)),
}))
