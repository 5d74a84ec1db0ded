import crypto = require('node:crypto')
import type { RequestListener, ServerResponse } from 'node:http'
import { Connection } from '../../benchmarks/measured/connection'
import type { Data } from '../../benchmarks/measured/record'
import type { Visit } from '../../benchmarks/measured/visits'
import { Calls } from '../support/calls'

/** What a visit does that costs time, and can be counted. */
export interface Counts {
  /** Calls of `JSON.parse`. */
  parses: number
  /** Calls of `JSON.stringify`. */
  stringifies: number
  hmacs: number
  /** How often the system is asked for random bytes in `POOL` visits. */
  fills: number
  /** Properties that are defined, and not assigned: each takes as long as ten of the others. */
  definitions: number
  timers: number
  /** Functions of its own that the response is given. */
  patches: number
  /** Listeners of the request, the response and their socket. */
  listeners: number
  /** Writes to the socket by the time that the app's `end()` has returned. */
  writes: number
  /** Those that come later. */
  lateWrites: number
}

/** So many ids are made of one filling of the pool, so that as many visits count a whole number of them, wherever in it they begin. */
export const POOL = 128

type Counted = 'parses' | 'stringifies' | 'definitions' | 'hmacs' | 'timers' | 'fills'

/** The methods that are counted, as others call them. Whoever asks the system for random bytes has to wait for it. */
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

/** What an app does with the session of a request; without sessions it answers the same each time. */
export type Act = (session: unknown) => string

/** A site of an app. @param answered to be called when the app has given its answer */
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
      // What goes on between two visits is others' doing
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

  /** Who comes with a session has been there before, and twice with the cookie: that is remembered from then on, and so is what the session holds. */
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

  /** What each of so many visits costs. */
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

  /** The writes since the last look. */
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
