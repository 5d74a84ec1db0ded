import type { IncomingMessage, RequestListener } from 'node:http'
import { join } from 'node:path'
import { sign } from 'cookie-signature'
import express = require('express')
import session = require('../../lib')
import { HARDENING, type Answer } from './answer'
import { browserOf, type Devices } from './devices'
import { files } from './files'
import { readForm, type Form } from './form'
import { listen } from './listen'
import { lap, run, slowStore, type LaneRequest } from './race'
import { sessionsIn, type Sessions } from './sessions'
import { shop, type ShopRequest } from './shop'

// eslint-disable-next-line @typescript-eslint/no-require-imports -- its types would be added to those of our own requests
const expressSession = require('express-session') as typeof session

const RIVAL = 'express-session'
const NAME = 'demo.sid'

/**
 * The demo on Express: a page that shows and changes the session of the user, and a race between two packages.
 *
 * @param folder where sessions are kept; in memory without one
 */
export function demo(folder?: string): RequestListener {
  const sessions = sessionsIn(folder)
  const { store, secret } = sessions

  const app = express()
  app.disable('x-powered-by')
  // Before the session, because requests for files and of the race are not counted
  app.use((req, res, next) => {
    res.set(HARDENING)
    const file = files.get(req.path)
    if (file) send(res, file)
    else next()
  })
  app.use('/race/resession', lane(session, '/race/resession'))
  app.use(`/race/${RIVAL}`, lane(expressSession, `/race/${RIVAL}`))

  // On http://localhost, where a cookie needs another name and no Secure. The page shows the record of its session, which it finds by the ID
  const cookie = { ...session.recommended.cookie, maxAge: 60 * 60 * 1000, secure: 'auto' } as const
  const described = {
    userId: ({ name }: { name?: string }) => name,
    describe: (req: IncomingMessage) => ({ browser: browserOf(req.headers['user-agent']) }),
  }
  const sessionsOf = session({ ...session.recommended, ...described, secret, name: NAME, store, cookie, hashIds: false })
  app.use(sessionsOf)
  app.use(async (req, res, next) => {
    const action = shop(req.method, req.path, RIVAL)
    if (action) send(res, await action(shopRequest(req, await readForm(req), sessions, devicesFor(sessionsOf, req))))
    else next()
  })
  return app
}

function send(res: express.Response, { status, headers, body }: Answer): void {
  res.status(status).set(headers).end(body)
}

function devicesFor(sessions: session.Sessions, req: express.Request): Devices {
  return {
    list: async user => sessions.list(user, { current: req }),
    end: async (user, handle) => sessions.revoke(user, handle),
    endOthers: async user => sessions.revokeAll(user, { except: req }),
  }
}

function shopRequest(req: express.Request, form: Form, { store, secret, surviveRestart }: Sessions, devices: Devices): ShopRequest {
  return {
    get session() {
      return req.session
    },
    form,
    devices,
    surviveRestart,
    record: async () => JSON.stringify((await store.get(req.sessionID)) ?? null),
    cookie() {
      const signed = sign(req.sessionID, secret)
      const line = (req.session.cookie as session.LiveCookie).serialize(NAME, `s:${signed}`)
      return { name: NAME, id: req.sessionID, signature: signed.slice(req.sessionID.length + 1), lines: [line] }
    },
  }
}

function lane(session: typeof expressSession, path: string): express.Router {
  const router = express.Router()
  // Before the session, which belongs to the requests that this one sends
  router.post('/run', async (req, res) => send(res, await run(`http://127.0.0.1:${req.socket.localPort}${path}`)))
  const store = slowStore(session)
  const cookie = { path, sameSite: 'lax' } as const
  router.use(
    session({ secret: 'not secret: this part has no login', name: 'race.sid', store, cookie, resave: false, saveUninitialized: false }),
  )
  router.use(async (req, res) => send(res, await lap(req.method, req.path, laneRequest(req, store))))
  return router
}

/** With callbacks, because express-session returns no promises. */
function laneRequest(req: express.Request, store: session.MemoryStore): LaneRequest {
  return {
    begin: data =>
      new Promise((resolve, reject) => {
        req.session.regenerate(err => (err ? reject(err as Error) : resolve(void Object.assign(req.session, data))))
      }),
    put: key => void Object.assign(req.session, { [key]: true }),
    record: () =>
      new Promise((resolve, reject) => store.get(req.sessionID, (err, record) => (err ? reject(err as Error) : resolve(record)))),
  }
}

if (require.main === module) listen(demo(join(__dirname, '../../node_modules/.cache/resession-demo')))
