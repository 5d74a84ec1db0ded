import { setTimeout as pause } from 'node:timers/promises'
import express = require('express')
import type session = require('../../lib')

type Package = typeof session
type MemoryStore = session.MemoryStore

const KEYS = 50

/**
 * One lane of the race, the same for each package. `POST /start` makes a session; each `POST /keys/:number` adds a key of its own to it;
 * `GET /` tells which keys are in the store. `POST /run` does it all: a browser has six connections to a server, so that it takes this one to
 * send itself fifty requests at once.
 */
export function race(session: Package, path: string): express.Router {
  const lane = express.Router()
  // Before the session, which is for the runner that it sends
  lane.post('/run', async (req, res) => void res.json(await run(`http://127.0.0.1:${req.socket.localPort}${path}`)))
  const store = slowStore(session)
  const cookie = { path, sameSite: 'lax' } as const
  lane.use(
    session({ secret: 'of no value: nobody logs in here', name: 'race.sid', store, cookie, resave: false, saveUninitialized: false }),
  )

  lane.post('/start', (req, res, next) => {
    // With a callback, since express-session makes no promises
    req.session.regenerate(err => {
      if (err) return next(err)
      Object.assign(req.session, { started: true })
      res.json({})
    })
  })

  lane.post('/keys/:number', async (req, res) => {
    const number = Number(req.params.number)
    if (!Number.isInteger(number) || number < 1 || number > KEYS) return void res.status(400).json({})
    // What a handler does between reading its session and writing it
    await pause(latency())
    Object.assign(req.session, { [`key-${number}`]: true })
    res.json({})
  })

  lane.get('/', (req, res, next) => {
    // From the store, and not from req.session: what counts is what was kept
    store.get(req.sessionID, (err, record) => {
      if (err) return next(err)
      const kept = Object.keys(record ?? {}).flatMap(key => (key.startsWith('key-') ? [Number(key.slice('key-'.length))] : []))
      res.json({ kept, record })
    })
  })

  return lane
}

/** Fifty clients of one session, over real connections. @returns what `GET /` says afterwards */
async function run(lane: string): Promise<unknown> {
  const start = await fetch(`${lane}/start`, { method: 'POST' })
  const headers = { cookie: (start.headers.getSetCookie()[0] ?? '').split(';')[0] as string }
  const add = async (_: unknown, index: number): Promise<unknown> =>
    (await fetch(`${lane}/keys/${index + 1}`, { method: 'POST', headers })).json()
  await Promise.all(Array.from({ length: KEYS }, add))
  return (await fetch(lane, { headers })).json()
}

/** The package's own memory store, as far away as a database is: requests overlap only where something takes its time. */
function slowStore(session: Package): MemoryStore {
  class SlowStore extends session.MemoryStore {
    override get(...args: Parameters<MemoryStore['get']>): void {
      setTimeout(() => super.get(...args), latency())
    }

    override set(...args: Parameters<MemoryStore['set']>): void {
      setTimeout(() => super.set(...args), latency())
    }
  }
  return new SlowStore()
}

/** 2 to 8 milliseconds. */
function latency(): number {
  return 2 + Math.random() * 6
}
