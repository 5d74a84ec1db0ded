import { expect } from 'chai'
import { RedisStore } from 'connect-redis'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { createServer, type ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { createClient } from 'redis'
import { clientFor as storePortOf } from '../../lib/core/store/store-clients'
import { redis } from '../support/engine-servers/redis'
import type { ServerProcess } from '../support/engine-servers/server-process'
import { needsRedisServer } from '../support/engines'
import { data } from '../support/handlers'
import { QUIET, type Req } from '../support/site'
import { session } from '../support/subject'
import { useUncaught } from '../support/uncaught'
import { portOf, useServers } from '../support/wire'
import { ask, Load, p99, type Answered } from './load'
import { answerError } from './line'

const TIMEOUT = 200
const OUTAGE = 4000
const VISITORS = 20
/** A path without a session, which shows the duration of a response on this machine under its present load. */
const PLAIN = '/plain'

/** How an engine goes away and comes back. */
const OUTAGES: Record<string, { begin: (engine: ServerProcess) => unknown; end: (engine: ServerProcess) => unknown }> = {
  'is stopped, and goes on': { begin: engine => engine.pause(), end: engine => engine.resume() },
  'is killed, and started anew': { begin: engine => engine.stop(), end: engine => engine.start() },
}

/** A site on a real Redis, and its clients. */
async function open(engine: ServerProcess) {
  const client = createClient({ url: `redis://127.0.0.1:${engine.port}`, socket: { reconnectStrategy: 50 } })
  client.on('error', () => {})
  await client.connect()
  const store = new RedisStore({ client })
  const middleware = session({ ...QUIET, storeTimeout: TIMEOUT, store: store as never })
  /** How often each response was ended. */
  const ended = new Map<ServerResponse, number>()
  const server = createServer((req, res) => {
    ended.set(res, 0)
    res.on('finish', () => ended.set(res, (ended.get(res) as number) + 1))
    if (req.url === PLAIN) return void res.end('plain')
    middleware(req, res, err => (err ? answerError(err, res) : answer(req as Req, res)))
  })
  const port = await portOf(server)
  const cookies: string[] = []
  for (let i = 0; i < VISITORS; i++) cookies.push((await ask(port)).cookie as string)
  const load = new Load(port, cookies)
  const plain = new Load(port, cookies, PLAIN)
  return { load, plain, ended, left: () => storePortOf(store as never).activeSessions.size, close: () => client.destroy() }
}

function answer(req: Req, res: ServerResponse): void {
  const known = data(req).user === 'ada'
  data(req).user = 'ada'
  res.end(known ? 'known' : 'new')
}

const isRead = ({ status, body }: Answered): boolean => status === 200 && body === 'known'

/** When the circuit breaker opened and closed. */
function listen(): { unavailable: number[]; available: number[]; stop(): void } {
  const [unavailable, available]: [number[], number[]] = [[], []]
  const gone = (): void => void unavailable.push(performance.now())
  const back = (): void => void available.push(performance.now())
  subscribe('resession:unavailable', gone)
  subscribe('resession:available', back)
  const stop = (): void => {
    unsubscribe('resession:unavailable', gone)
    unsubscribe('resession:available', back)
  }
  return { unavailable, available, stop }
}

describe('faults: a temporary outage of a real Redis', function () {
  this.timeout(30_000)
  const uncaught = useUncaught()
  useServers()

  needsRedisServer()

  for (const [how, { begin, end }] of Object.entries(OUTAGES)) {
    it(`while it ${how}, requests fail at once, and sessions are read again soon after`, async () => {
      const engine = await redis()
      const site = await open(engine)
      const heard = listen()
      try {
        await site.load.first(0, isRead, 5000)
        await pause(500)
        const gone = performance.now()
        await begin(engine)
        await pause(OUTAGE)
        const back = performance.now()
        await end(engine)
        const up = performance.now()
        const recovered = await site.load.first(up, isRead, 10_000)
        await pause(1000)
        await Promise.all([site.load.stop(), site.plain.stop()])
        judge({ ...site, gone, back, up, recovered, heard })
      } finally {
        heard.stop()
        site.close()
        engine.resume()
        await engine.stop()
      }
    })
  }

  interface Course extends Awaited<ReturnType<typeof open>> {
    readonly gone: number
    readonly back: number
    readonly up: number
    readonly recovered: Answered
    readonly heard: ReturnType<typeof listen>
  }

  function judge({ load, plain, ended, left, gone, back, up, recovered, heard }: Course): void {
    const [opened = NaN] = heard.unavailable
    const isDuring = ({ began, ended }: Answered): boolean => began > opened && ended < back
    const during = load.answers.filter(isDuring)
    const [slow, plainly] = [p99(during), p99(plain.answers.filter(isDuring))]
    console.log(
      `      left alone after ${Math.round(opened - gone)} ms; then ${during.length} answers, p99 ${slow.toFixed(1)} ms, ` +
        `without a session ${plainly.toFixed(1)} ms; sessions again after ${Math.round(recovered.ended - up)} ms`,
    )
    expect(opened - gone).to.be.below(2 * TIMEOUT + 100)
    expect(new Set(during.map(({ status }) => status))).to.deep.equal(new Set([503]))
    expect(during.length).to.be.above(500)
    expect(slow - plainly).to.be.below(20)
    expect(recovered.ended - up).to.be.below(1500)
    expect(load.answers.filter(({ began }) => began > recovered.ended).every(isRead)).to.equal(true)
    expect(load.answers).to.have.length(load.asked)
    expect(load.answers.filter(({ status }) => status === 0)).to.deep.equal([])
    expect(new Set(ended.values())).to.deep.equal(new Set([1]))
    expect(left()).to.equal(0)
    expect(uncaught).to.deep.equal([])
  }
})
