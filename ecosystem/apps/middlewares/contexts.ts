import { deepEqual, match } from 'node:assert/strict'
import { AsyncLocalStorage } from 'node:async_hooks'
import type { EventEmitter } from 'node:events'
import type { RequestHandler } from 'express'
import type { Integration, Room, Scenario } from '../../integration'
import { Visitor } from '../../visitor'
import { EXPRESS } from '../session-app'
import { beforeAndAfter, count, visitorOf } from './stage'

/** The user, as the request names it. */
interface Context {
  readonly enter: RequestHandler
  readonly who: () => string
}

interface Namespace {
  bindEmitter(emitter: EventEmitter): void
  run(act: () => void): void
  set(name: string, value: unknown): void
  get(name: string): string
}

function asyncLocalStorage(): Context {
  const storage = new AsyncLocalStorage<string>()
  return { enter: (req, _res, next) => storage.run(String(req.headers.from), next), who: () => String(storage.getStore()) }
}

function clsHooked({ load }: Room): Context {
  const namespace = load<{ createNamespace(name: string): Namespace }>('cls-hooked').createNamespace('visits')
  const enter: RequestHandler = (req, res, next) => {
    namespace.bindEmitter(req)
    namespace.bindEmitter(res)
    namespace.run(() => {
      namespace.set('from', req.headers.from)
      next()
    })
  }
  return { enter, who: () => String(namespace.get('from')) }
}

/** Twenty concurrent users: each request keeps its own context, in the handler and in the callbacks of the session. */
const keeps = (make: (room: Room) => Context): Record<string, Scenario> =>
  beforeAndAfter({
    'the context is kept in the handler, after save and after regenerate': async ({ room, app }) => {
      const { enter, who } = make(room)
      const ada = await visitorOf(app(enter).get('/who', telling(who)))
      await Promise.all(Array.from({ length: 20 }, async (_, number) => twice(new Visitor(ada.site), `visitor ${number}`)))
    },
  })

const telling =
  (who: () => string): RequestHandler =>
  (req, res, next) => {
    const names = [who()]
    count(req)
    req.session.save(() => {
      names.push(who())
      req.session.regenerate(err => {
        names.push(who())
        count(req)
        if (err) next(err)
        else res.send(names)
      })
    })
  }

/** The second request has a session, which is read from the store. */
async function twice(visitor: Visitor, from: string): Promise<void> {
  for (const cookie of [/^$/, /^connect\.sid=/]) {
    match(visitor.cookie, cookie)
    const res = await visitor.ask('who', { headers: { from } })
    deepEqual(await res.json(), [from, from, from])
  }
}

/** Packages that keep a context per request. */
export const contexts: readonly Integration[] = [
  { title: 'AsyncLocalStorage of node:async_hooks', packages: EXPRESS, scenarios: keeps(asyncLocalStorage) },
  { title: 'cls-hooked 4.2.2', packages: { ...EXPRESS, 'cls-hooked': '4.2.2' }, scenarios: keeps(clsHooked) },
]
