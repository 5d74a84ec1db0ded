import { deepEqual, equal } from 'node:assert/strict'
import type { RequestHandler } from 'express'
import type { Integration, Room } from '../../integration'
import { lateSessions } from '../late-sessions'
import { EXPRESS } from '../session-app'
import { appOf, beforeAndAfter, count, isKept, visitorOf, type Stage } from './stage'

type Any = (this: unknown, ...args: unknown[]) => unknown
type Wrap = (holder: object, name: string, wrapper: (original: Any) => Any) => void

const METHODS = ['writeHead', 'write', 'end']

const shimmer = ({ load }: Room): Wrap => load<{ wrap: Wrap }>('shimmer').wrap

/** Wraps the export of the package, the middleware that it makes, and the `next` of that, as dd-trace does. */
function traced(room: Room, spans: string[]): Room {
  const wrapped = (held: unknown, wrapper: (original: Any) => Any): Any => {
    const holder = { held: held as Any }
    shimmer(room)(holder, 'held', wrapper)
    return holder.held
  }
  const next = (req: unknown) => (original: Any) =>
    function (this: unknown, ...args: unknown[]) {
      spans.push((req as { sessionID: string }).sessionID)
      return original.apply(this, args)
    }
  const middleware = (original: Any): Any =>
    function (req, res, done) {
      return original.apply(this, [req, res, wrapped(done, next(req))])
    }
  const session = (original: Any): Any =>
    function (...args) {
      return wrapped(original.apply(this, args), middleware)
    }
  return { ...room, session: Object.assign(wrapped(room.session, session), room.session) as unknown as Room['session'] }
}

const counting =
  (room: Room, calls: string[]): RequestHandler =>
  (_req, res, next) => {
    const counted = (method: string) => (original: Any) =>
      function (this: unknown, ...args: unknown[]) {
        calls.push(method)
        return original.apply(this, args)
      }
    for (const method of METHODS) shimmer(room)(res, method, counted(method))
    next()
  }

async function callsOnce({ room, app }: Stage): Promise<void> {
  const calls: string[] = []
  const site = app(counting(room, calls)).get('/said', (req, res) => {
    res.writeHead(200, { 'x-count': count(req) })
    res.write('a session ')
    res.end('is kept')
  })
  const ada = await visitorOf(site)
  const res = await ada.ask('said')
  equal(await res.text(), 'a session is kept')
  equal(res.headers.get('x-count'), '1')
  deepEqual(calls, METHODS, `called were ${calls.join(', ')}`)
  await isKept(ada, 1)
}

export const tracing: readonly Integration[] = [
  {
    title: 'shimmer 1.2.1',
    packages: { ...EXPRESS, shimmer: '1.2.1' },
    scenarios: {
      'what it traces keeps sessions, and has the user': async ({ here }) => {
        const spans: string[] = []
        const site = appOf(here, lateSessions(traced(here, spans))).get('/id', (req, res) => void res.send(req.sessionID))
        const ada = await visitorOf(site)
        await isKept(ada)
        const id = await ada.get('id')
        deepEqual(spans, [id, id, id])
      },
      ...beforeAndAfter({ 'wrapped methods of a response are called once': callsOnce }),
    },
  },
]
