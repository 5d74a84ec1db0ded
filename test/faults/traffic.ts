import type { Server } from 'node:http'
import { clientFor } from '../../lib/core/store/store-clients'
import type { SessionStore } from '../../lib/core/store/contract'
import { data } from '../support/handlers'
import { randomOf } from '../support/shuffling-store'
import { connect } from '../support/connect-host'
import type { Handler } from '../support/host'
import { session } from '../support/subject'
import type { Timers } from '../support/timers'
import { turns } from '../support/wire'
import { answerError, Line, lineServer } from './line'

/** The number of concurrent requests, and of clients: some requests of a round share a session. */
const AT_ONCE = 16
const VISITORS = 400
/** The time limit of the store, in milliseconds of the manual clock. */
const LIMIT = 2000

/** The paths, with their share in percent. A client that disconnects does so before the response, which may never have come. */
const MIX: readonly [share: number, path: string, hangsUp?: boolean][] = [
  [38, '/read'],
  [24, '/write'],
  [8, '/login'],
  [7, '/logout'],
  [5, '/update'],
  [4, '/save'],
  [3, '/reload'],
  [3, '/unset'],
  [3, '/stream'],
  [2, '/write', true],
  [1, '/login', true],
  [2, '/never', true],
]

const handler: Handler = async (req, res, next) => {
  try {
    if (req.url === '/never') return void (data(req).never = true)
    if (req.url === '/login') await req.session.regenerate()
    if (req.url === '/update') await session.update(req, draft => void ((draft as { updated?: number }).updated = 1))
    if (req.url === '/reload') await req.session.reload()
    if (req.url !== '/read') data(req).views = Number(data(req).views ?? 0) + 1
    if (req.url === '/save') await req.session.save()
    if (req.url === '/logout') await req.session.destroy()
    if (req.url === '/unset') req.session = null as never
    if (req.url === '/stream') res.write('some ')
    res.end('text')
  } catch (err) {
    next(err)
  }
}

/** A site with mixed traffic, in this process; nothing in it grows except by a leak. */
export class Traffic {
  readonly counts = { requests: 0, aborted: 0, failed: 0, unavailable: 0, timeouts: 0 }
  readonly #server: Server
  readonly #random = randomOf(1)
  readonly #lines: Line[]
  readonly #cookies: (string | undefined)[] = Array<undefined>(VISITORS).fill(undefined)

  constructor(
    readonly store: SessionStore,
    private readonly timers: Timers,
    host = connect,
  ) {
    const options = { ...host.keepsAlive, storeTimeout: LIMIT, unset: 'destroy', store: store as never } as const
    this.#server = lineServer({ options, handler, fail: (err, res) => (this.#note(err), answerError(err, res)) }, host)
    this.#lines = Array.from({ length: AT_ONCE }, () => new Line(this.#server))
  }

  get inFlight(): number {
    return clientFor(this.store).activeSessions.size
  }

  async run(requests: number): Promise<void> {
    for (let asked = 0; asked < requests; asked += AT_ONCE) {
      let pending = AT_ONCE
      for (let index = 0; index < AT_ONCE; index++) void this.#ask(index).then(() => pending--)
      for (let turn = 1; pending > 0; turn++) {
        await turns(1)
        // Every possible response has been sent by then
        if (turn % 40 === 0) this.timers.turn(LIMIT / 2)
      }
      this.counts.requests += AT_ONCE
      // The circuit breaker then probes the store again
      this.timers.turn(50)
    }
  }

  async #ask(index: number): Promise<void> {
    const visitor = Math.floor(this.#random() * VISITORS)
    const [path, hangsUp] = this.#choose()
    const line = this.#lines[index] as Line
    const reply = line.ask(path, this.#cookies[visitor])
    if (hangsUp) {
      await turns(Math.floor(this.#random() * 4))
      this.counts.aborted++
      line.abort()
      this.#lines[index] = new Line(this.#server)
    }
    const { status, cookie } = await reply
    if (status >= 500) this.counts.failed++
    this.#cookies[visitor] = cookie ?? this.#cookies[visitor]
  }

  #choose(): readonly [path: string, hangsUp: boolean] {
    let chance = this.#random() * 100
    for (const [share, path, hangsUp = false] of MIX) if ((chance -= share) < 0) return [path, hangsUp]
    return ['/read', false]
  }

  #note(err: unknown): void {
    const { code } = err as NodeJS.ErrnoException
    if (code === 'ERR_STORE_TIMEOUT') this.counts.timeouts++
    if (code === 'ERR_STORE_UNAVAILABLE') this.counts.unavailable++
  }
}
