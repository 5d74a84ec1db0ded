import crypto = require('node:crypto')
import type { RequestListener, ServerResponse } from 'node:http'
import { Connection } from '../../benchmarks/measured/connection'
import type { Data } from '../../benchmarks/measured/record'
import type { Visit } from '../../benchmarks/measured/visits'
import { Calls } from '../support/calls'

/** The operations of a request that cost time, and can be counted. */
export interface Counts {
  /** Calls of `JSON.parse`. */
  parses: number
  /** Calls of `JSON.stringify`. */
  stringifies: number
  hmacs: number
  /** How often random bytes are requested from the system in `POOL` requests. */
  fills: number
  /** Properties that are defined instead of assigned: each takes as long as ten assignments. */
  definitions: number
  timers: number
  /** Own functions that are set on the response. */
  patches: number
  /** Listeners of the request, the response and their socket. */
  listeners: number
  /** Writes to the socket before the app's `end()` has returned. */
  writes: number
  /** Later writes. */
  lateWrites: number
}

/** The number of IDs per filling of the pool, so that as many requests count a whole number of fillings, from any start. */
export const POOL = 128

type Counted = 'parses' | 'stringifies' | 'definitions' | 'hmacs' | 'timers' | 'fills'

/** The counted methods, as callers access them. A call for random bytes blocks. */
const COUNTED: readonly (readonly [what: Counted, object: object, name: string])[] = [
  ['parses', JSON, 'parse'],
  ['stringifies', JSON, 'stringify'],
  ['definitions', Object, 'defineProperty'],
  ['hmacs', crypto, 'createHmac'],
  ['timers', globalThis, 'setTimeout'],
  ['fills', crypto, 'randomFillSync'],
  ['fills', crypto, 'randomBytes'],
  ['fills', crypto, 'randomUUID'],
]

/** The handler's use of the session; without sessions it has the same result each time. */
export type Act = (session: unknown) => string

/**
 * A site of an app.
 *
 * @param answered called when the app has responded
 */
export type Open = (act: Act, answered: () => void) => RequestListener

/** A site in this process, and a connection to it that counts. */
export class CountedSite {
  readonly #visit: Visit
  readonly #listener: RequestListener
  #act: (data: Data) => string
  #connection: CountingConnection | undefined
  #calls: readonly (readonly [what: Counted, calls: Calls])[] = []
  #sums = nothing()

  constructor(visit: Visit, open: Open) {
    this.#visit = visit
    this.#act = visit.act
    const listener = open(
      session => this.#act(session as Data),
      () => (this.#sums.writes += this.#connection?.newWrites() ?? 0),
    )
    this.#listener = (req, res) => {
      // Operations between two requests are not the site's
      for (const [, calls] of this.#calls) calls.count()
      res.on('finish', () => {
        for (const [what, calls] of this.#calls) this.#sums[what] += calls.count()
      })
      const before = { patches: patches(res), listeners: listeners(req, res, req.socket) }
      listener(req, res)
      this.#sums.patches += patches(res) - before.patches
      this.#sums.listeners += listeners(req, res, req.socket) - before.listeners
    }
  }

  /** Makes the session of a client: two earlier requests with the cookie fill the caches of signatures and data. */
  async enter(data: Data): Promise<void> {
    const first = new CountingConnection(this.#listener, [''])
    this.#act = session => `welcome, ${Object.assign(session, data).user.name}`
    const { setCookie } = await first.ask()
    const cookies = setCookie.map(line => line.split(';')[0]).join('; ')
    this.#act = this.#visit.act
    this.#connection = new CountingConnection(this.#listener, [this.#visit.returning ? cookies : ''])
    for (let visit = 0; visit < 2; visit++) {
      const { status } = await this.#connection.ask()
      if (status !== 200) throw new Error(`the visit was answered with ${status}`)
    }
  }

  /** The operations of each of so many requests. */
  async count(times: number): Promise<Counts> {
    const connection = this.#connection as CountingConnection
    connection.newWrites()
    this.#sums = nothing()
    this.#calls = COUNTED.map(([what, object, name]) => [what, new Calls(object, name)] as const)
    try {
      await connection.visit(times)
    } finally {
      for (const [, calls] of this.#calls) calls.restore()
      this.#calls = []
    }
    this.#sums.lateWrites = connection.newWrites()
    const each = Object.entries(this.#sums).map(([what, sum]) => [what, sum / times])
    return { ...(Object.fromEntries(each) as Counts), fills: (this.#sums.fills / times) * POOL }
  }
}

function nothing(): Counts {
  return { parses: 0, stringifies: 0, definitions: 0, hmacs: 0, timers: 0, fills: 0, patches: 0, listeners: 0, writes: 0, lateWrites: 0 }
}

class CountingConnection extends Connection {
  #writes = 0

  /** The writes since the last call. */
  newWrites(): number {
    const writes = this.#writes
    this.#writes = 0
    return writes
  }

  override _write(...args: Parameters<Connection['_write']>): void {
    this.#writes++
    super._write(...args)
  }

  override _writev(...args: Parameters<Connection['_writev']>): void {
    this.#writes++
    super._writev(...args)
  }
}

function patches(res: ServerResponse): number {
  return Object.values(res).filter(value => typeof value === 'function').length
}

function listeners(...emitters: NodeJS.EventEmitter[]): number {
  return emitters.flatMap(emitter => emitter.eventNames().map(name => emitter.listenerCount(name))).reduce((sum, count) => sum + count, 0)
}
