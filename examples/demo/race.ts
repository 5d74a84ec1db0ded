import { setTimeout as pause } from 'node:timers/promises'
import session = require('../../lib')
import { json, type Answer } from './answer'

type Package = typeof session
type MemoryStore = session.MemoryStore

const KEYS = 50

/** A request to one lane of the race, from Express or Koa, with any session package. */
export interface LaneRequest {
  /** Begins a session with the given data only. */
  begin(data: object): Promise<void>
  put(key: string): void
  /** The record in the store, and not the session of the request: only stored keys count. */
  record(): Promise<object | null | undefined>
}

/**
 * One lane of the race, the same for each package. `POST /start` makes a session; each `POST /keys/:number` adds a key of its own to it;
 * `GET /` tells which keys are in the store.
 */
export async function lap(method: string, path: string, req: LaneRequest): Promise<Answer> {
  if (method === 'POST' && path === '/start') {
    await req.begin({ started: true })
    return json({})
  }
  if (method === 'POST' && path.startsWith('/keys/')) {
    const number = Number(path.slice('/keys/'.length))
    if (!Number.isInteger(number) || number < 1 || number > KEYS) return json({}, 400)
    // The work of a handler between reading its session and writing it
    await pause(latency())
    req.put(`key-${number}`)
    return json({})
  }
  if (method !== 'GET' || path !== '/') return json({}, 404)
  const record = await req.record()
  const kept = Object.keys(record ?? {}).flatMap(key => (key.startsWith('key-') ? [Number(key.slice('key-'.length))] : []))
  return json({ kept, record })
}

/**
 * `POST /run`. A browser opens at most six connections to a server; this function therefore sends fifty concurrent requests of one session to its own
 * server.
 *
 * @param lane its address
 */
export async function run(lane: string): Promise<Answer> {
  const start = await fetch(`${lane}/start`, { method: 'POST' })
  const cookies = start.headers.getSetCookie().map(line => line.split(';')[0])
  const headers = { cookie: cookies.join('; ') }
  const add = async (_: unknown, index: number): Promise<unknown> =>
    (await fetch(`${lane}/keys/${index + 1}`, { method: 'POST', headers })).json()
  await Promise.all(Array.from({ length: KEYS }, add))
  return json((await (await fetch(lane, { headers })).json()) as object)
}

/** A package's own memory store with the delay of a database: requests overlap only with a delay. */
export function slowStore(session: Package): MemoryStore {
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
export function latency(): number {
  return 2 + Math.random() * 6
}
