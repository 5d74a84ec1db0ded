import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { clientFor as storePortOf } from '../../lib/core/store/store-clients'
import type { Parts } from '../support/host'
import type { SessionOptions } from '../support/subject'
import { turns } from '../support/wire'
import { LIMIT, type Fault } from './faults'
import { handle, type Asks } from './requests'
import { SERVERS, type Asking, type Client } from './servers'
import { asStore, breakStore, type PlainStore } from './stores'

export interface Clock {
  turn(ms: number): void
  now(): number
  pending(): number
}

/** The result of one request. */
export interface Outcome {
  readonly status: number
  /** Whether a cookie was set. */
  readonly cookie: boolean
  /** The time of the response, in milliseconds. */
  readonly at: number
  /** The messages or codes of the errors that reached the error handler. */
  readonly errors: string[]
  /** The messages or codes of the errors that were only published on a channel. */
  readonly heard: string[]
  /** How often the handler ran. */
  readonly handled: number
  /** The number of responses. */
  readonly answers: number
  readonly uncaught: unknown[]
  /** Sessions still in use, and timers. */
  readonly left: number
  /** The response to the client's next request, with a healthy store. */
  readonly next: string
}

/** One site with one client. */
class Case {
  readonly errors: unknown[] = []
  handled = 0
  cookie: string | undefined
  #client: Client | undefined

  constructor(
    readonly store: PlainStore,
    readonly options: Partial<SessionOptions>,
  ) {}

  async start(server: string): Promise<Client> {
    const parts: Parts = {
      options: { rolling: true, storeTimeout: LIMIT, store: asStore(this.store), ...this.options },
      handler: (...args) => {
        this.handled++
        return handle(...args)
      },
      fail: (err, res) => {
        this.errors.push(err)
        if (res.headersSent) return
        res.statusCode = (err as { status?: number } | undefined)?.status ?? 500
        res.end('failed')
      },
    }
    return (this.#client = await (SERVERS[server] as (typeof SERVERS)[string]).serve(parts))
  }

  ask(path: string): Asking {
    return (this.#client as Client).ask(path, this.cookie)
  }

  async visit(path: string): Promise<string> {
    const { status, cookie, body } = await this.ask(path).reply
    this.cookie = cookie ?? this.cookie
    return `${status}: ${body}`
  }
}

/**
 * Runs one request with a fault.
 *
 * @returns its result
 */
export async function meet(
  { method, store: Store, known, path, options }: Asks,
  fault: Fault,
  mode: Partial<SessionOptions>,
  server: string,
  clock: Clock,
  uncaught: unknown[],
): Promise<Outcome> {
  const store = new Store()
  const site = new Case(store, { ...options, ...mode })
  const client = await site.start(server)
  const heard: string[] = []
  const hear = (message: unknown): void => void heard.push(nameOf((message as { error: unknown }).error))
  subscribe('resession:untouched', hear)
  try {
    if (known) await site.visit('/count')
    const mend = breakStore(store, method, fault)
    site.handled = 0
    const asking = site.ask(path)
    const at = fault.slow ? await outlast(asking, clock) : 0
    const { status, cookie } = await asking.reply
    // First calls without await, and then late ones
    await turns()
    clock.turn(2 * LIMIT)
    await turns()
    const { handled } = site
    const errors = site.errors.map(nameOf)
    mend()
    site.cookie = cookie ?? site.cookie
    const next = await site.visit('/count')
    await turns()
    const left = storePortOf(asStore(store)).activeSessions.size + clock.pending()
    return {
      status,
      cookie: cookie !== undefined,
      at,
      errors,
      heard,
      handled,
      answers: client.answers() - Number(known) - 1,
      uncaught,
      left,
      next,
    }
  } finally {
    unsubscribe('resession:untouched', hear)
    client.close()
  }
}

/**
 * Waits for the time limit, and checks that the site sends nothing before it.
 *
 * @returns the time of the response
 */
async function outlast(asking: Asking, clock: Clock): Promise<number> {
  while (clock.pending() === 0) await turns(1)
  await turns()
  if (asking.begun()) return clock.now()
  clock.turn(LIMIT - 1)
  await turns()
  if (asking.begun()) return clock.now()
  clock.turn(1)
  await asking.reply
  return clock.now()
}

function nameOf(err: unknown): string {
  if (err instanceof TypeError) return 'of a wrong type'
  const { code, message } = err as NodeJS.ErrnoException
  return code ?? message ?? String(err)
}
