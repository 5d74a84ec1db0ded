import { equal, match, ok } from 'node:assert/strict'
import type { RequestHandler } from 'express'
import type { Integration } from '../../integration'
import { sessionCookie } from '../../visitor'
import { EXPRESS } from '../session-app'
import { beforeAndAfter, isKept, visitorOf } from './stage'

type Cors = (options: { origin: string; credentials: true }) => RequestHandler

const ORIGIN = 'https://ada.example'

const helmet = beforeAndAfter({
  'the response has its headers and the session cookie': async ({ room, app }) => {
    const ada = await visitorOf(app(room.load<() => RequestHandler>('helmet')()))
    const res = await ada.ask('count')
    match(res.headers.get('content-security-policy') as string, /default-src 'self'/)
    equal(res.headers.get('x-content-type-options'), 'nosniff')
    equal(res.headers.get('x-powered-by'), null)
    ok(sessionCookie(res))
    equal(await res.text(), '1')
    await isKept(ada, 1)
  },
})

const cors = beforeAndAfter({
  'a cross-origin response has its headers and the session cookie': async ({ room, app }) => {
    const ada = await visitorOf(app(room.load<Cors>('cors')({ origin: ORIGIN, credentials: true })))
    const res = await ada.ask('count', { headers: { origin: ORIGIN } })
    equal(res.headers.get('access-control-allow-origin'), ORIGIN)
    equal(res.headers.get('access-control-allow-credentials'), 'true')
    equal(res.headers.get('vary'), 'Origin')
    ok(sessionCookie(res))
    equal(await res.text(), '1')
    await isKept(ada, 1)
  },
  'a preflight gets a response without a session': async ({ room, app }) => {
    const ada = await visitorOf(app(room.load<Cors>('cors')({ origin: ORIGIN, credentials: true })))
    const headers = { origin: ORIGIN, 'access-control-request-method': 'PUT' }
    const res = await ada.ask('count', { method: 'OPTIONS', headers })
    equal(res.status, 204)
    match(res.headers.get('access-control-allow-methods') as string, /PUT/)
    equal(sessionCookie(res), undefined)
  },
})

const responseTime = beforeAndAfter({
  'the response has the time and the session cookie': async ({ room, app, place }) => {
    const ada = await visitorOf(app(room.load<() => RequestHandler>('response-time')(), { rolling: true }))
    await ada.get('count')
    const res = await ada.ask('count')
    match(res.headers.get('x-response-time') as string, /^\d+\.\d{3}ms$/)
    // The delay of the store is 20, and a timer may be early
    ok(place === 'after' || parseFloat(res.headers.get('x-response-time') as string) > 15)
    ok(sessionCookie(res))
    equal(await res.text(), '2')
    await isKept(ada, 2)
  },
})

/** Packages that add headers. */
export const headers: readonly Integration[] = [
  { title: 'helmet 8.3.0', packages: { ...EXPRESS, helmet: '8.3.0' }, scenarios: helmet },
  { title: 'cors 2.8.6', packages: { ...EXPRESS, cors: '2.8.6' }, scenarios: cors },
  { title: 'response-time 2.3.4', packages: { ...EXPRESS, 'response-time': '2.3.4' }, scenarios: responseTime },
]
