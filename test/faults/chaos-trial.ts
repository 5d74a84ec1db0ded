import type { ServerResponse } from 'node:http'
import { MARKS, type Marked, type Marks } from '../../lib/core/record/reserved-key'
import type { SessionData } from '../../lib/core/record/session-data'
import { hashedKey } from '../../lib/core/store/store-keys'
import { HOSTS } from '../support/hosts'
import type { Handler, Host, Req } from '../support/host'
import { data } from '../support/handlers'
import { randomOf } from '../support/shuffling-store'
import { session, type SessionOptions } from '../support/subject'
import { Timers } from '../support/timers'
import { turns } from '../support/wire'
import { ALL, AtomicChaosStore, ChaosStore, IN_TIME, LIMIT, type Fault } from './chaos-store'
import { answerError, Line, lineServer } from './line'

const CLIENTS = 3
const REQUESTS = 24
/** The period in which requests begin, in milliseconds of the timers. */
const DURATION = 4 * LIMIT
/** Each request has its response by then: it makes a few calls, each with a time limit. */
const PATIENCE = 40 * LIMIT

const ACTIONS = ['put', 'put', 'put', 'save', 'update', 'read', 'read', 'logout', 'unset', 'login', 'rotate'] as const
type Action = (typeof ACTIONS)[number]
/** A rotation ends the session of the old ID, and keeps its data under the new one. */
const ENDS: readonly Action[] = ['logout', 'unset', 'login', 'rotate']

/** One request, and its results. */
interface Asked {
  readonly number: number
  readonly client: number
  readonly action: Action
  /** In the order of all beginnings and responses. */
  began: number
  answered?: number
  status?: number
  /** The session that it received. */
  id?: string
  owner?: unknown
  /** The session that it left. */
  left?: string | undefined
  /** Whether the app's error handler was called. */
  failed?: boolean
  res?: ServerResponse
}

/** The counts of a trial. */
export interface Tally {
  trials: number
  requests: number
  logouts: number
  writes: number
}

/** Some requests of some clients, on a store with random faults. */
export class Trial {
  readonly #random: () => number
  readonly #timers = new Timers()
  readonly #store: ChaosStore
  readonly #asked: Asked[] = []
  readonly #cookies = Array.from({ length: CLIENTS }, () => [] as string[])
  readonly #server
  readonly #host: Host
  readonly #isAtomic: boolean
  readonly #isHashed: boolean
  readonly #faults: readonly Fault[]
  #step = 0
  #now = 0

  constructor(seed: number) {
    const random = (this.#random = randomOf(seed))
    this.#isAtomic = random() < 0.5
    this.#isHashed = random() < 0.3
    this.#faults = random() < 0.5 ? ALL : IN_TIME
    this.#store = new (this.#isAtomic ? AtomicChaosStore : ChaosStore)(random, this.#faults, random() * 0.4)
    const hosts = Object.values(HOSTS)
    const host = (this.#host = hosts[Math.floor(random() * hosts.length)] as Host)
    const storages = host.storages.filter(({ touch }) => touch)
    const storage = storages[this.#isAtomic ? 0 : Math.floor(random() * storages.length)] as (typeof storages)[number]
    const isKoa = host.framework === 'Koa'
    const options: Partial<SessionOptions> = {
      ...(random() < 0.5 && host.keepsAlive),
      ...(random() < 0.2 && { rolling: true }),
      ...(random() < 0.3 && { awaitTouch: true }),
      ...(!isKoa && { saveErrors: random() < 0.5 ? ('fail' as const) : ('report' as const), resave: random() < 0.2 }),
      ...(this.#isHashed && { hashIds: true }),
      ...(random() < 0.3 && { userId: (session: { owner?: number }) => session.owner }),
      unset: 'destroy',
      storeTimeout: LIMIT,
      ...storage.options(this.#store as never),
    }
    this.#server = lineServer({ options, handler: this.#handler, fail: (err, res) => this.#fail(err, res) }, host)
  }

  readonly #handler: Handler = async (req, res, next) => {
    const asked = this.#asked[Number((req.url as string).slice(1))] as Asked
    asked.res = res
    const bag = data(req)
    asked.id = req.sessionID
    asked.owner = bag.owner
    try {
      await this.#act(asked, req)
    } catch (err) {
      asked.failed = true
      return next(err)
    } finally {
      asked.left = req.session ? req.sessionID : undefined
    }
    res.end('done')
  }

  async #act({ action, client, number }: Asked, req: Req): Promise<void> {
    if (action === 'logout') return req.session.destroy() as unknown as Promise<void>
    if (action === 'unset') return void (req.session = null as never)
    if (action === 'login') await req.session.regenerate()
    if (action === 'read') return
    if (action === 'update') {
      return session.update(req as never, draft => {
        const bag = draft as Record<string, unknown>
        bag.owner ??= client
        bag[`key ${number}`] = true
        bag.n = Number(bag.n ?? 0) + 1
      })
    }
    const bag = data(req)
    bag.owner ??= client
    bag[`key ${number}`] = true
    if (action === 'save') await req.session.save()
    if (action === 'rotate') await (req.session as { regenerate(options: object): unknown }).regenerate({ keep: true })
  }

  #fail(err: unknown, res: ServerResponse): void {
    const asked = this.#asked.find(other => other.res === res)
    if (asked) asked.failed = true
    answerError(err, res)
  }

  /** @returns the broken promises */
  async run(tally: Tally): Promise<string[]> {
    const starts = Array.from({ length: REQUESTS }, () => this.#random() * DURATION).sort((one, other) => one - other)
    let pending = 0
    while (starts.length > 0 || pending > 0) {
      while (starts[0] !== undefined && starts[0] <= this.#now) {
        starts.shift()
        pending++
        void this.#ask().then(() => pending--)
      }
      await turns(6)
      if (this.#now > DURATION + PATIENCE) break
      this.#turn(2)
    }
    this.#store.rate = 0
    // Late writes are carried out, and sessions that they restore are destroyed again
    for (let rest = 0; rest < 80; rest++) {
      this.#turn(rest < 40 ? LIMIT / 4 : 10_000)
      await turns(4)
    }
    tally.trials++
    tally.requests += REQUESTS
    return [...this.#hangs(pending), ...this.#leaks(), ...this.#undone(tally), ...this.#lost(tally)]
  }

  async #ask(): Promise<void> {
    const client = Math.floor(this.#random() * CLIENTS)
    const jar = this.#cookies[client] as string[]
    // Sometimes an earlier cookie of the client
    const cookie = this.#random() < 0.75 ? jar.at(-1) : jar[Math.floor(this.#random() * jar.length)]
    const action = ACTIONS[Math.floor(this.#random() * ACTIONS.length)] as Action
    const asked: Asked = { number: this.#asked.length, client, action, began: this.#step++ }
    this.#asked.push(asked)
    const reply = await new Line(this.#server).ask(`/${asked.number}`, cookie)
    asked.answered = this.#step++
    asked.status = reply.status
    if (reply.cookie && !/=(;|$)/.test(reply.cookie)) jar.push(reply.cookie)
  }

  #turn(ms: number): void {
    this.#now += ms
    this.#timers.turn(ms)
  }

  #succeeded({ status, failed }: Asked): boolean {
    return status === 200 && !failed
  }

  #hangs(pending: number): string[] {
    return pending > 0 ? [`${pending} requests were not answered within ${PATIENCE} ms`] : []
  }

  /** No request receives a session of another client. */
  #leaks(): string[] {
    const wrong = this.#asked.filter(({ owner, client }) => owner !== undefined && owner !== client)
    return wrong.map(({ number, client, owner }) => `request ${number} of client ${client} was given a session of client ${String(owner)}`)
  }

  /** A session that was ended successfully is not given to a later request, and is not in the store at the end. */
  #undone(tally: Tally): string[] {
    const ends = this.#asked.filter(asked => ENDS.includes(asked.action) && this.#succeeded(asked))
    tally.logouts += ends.length
    return ends.flatMap(({ number, id, answered, action, left }) => {
      // A login whose old session is that of the new one would be another mistake
      if ((action === 'login' || action === 'rotate') && left === id) return [`${action} ${number} kept its session ID`]
      const over = action === 'rotate' ? [id as string] : this.#movedFrom(id as string)
      const later = this.#asked.filter(other => over.includes(other.id as string) && other.began > (answered as number))
      const given = later.map(other => `${action} ${number} was undone: request ${other.number} was given its session`)
      const stored = over.filter(id => this.#holds(id))
      return [...given, ...stored.map(() => `${action} ${number} was undone: its session is in the store`)]
    })
  }

  #recordOf(id: string): { readonly text: string } | undefined {
    return this.#store.records.get(this.#isHashed ? hashedKey(id) : id)
  }

  /** Whether the store has a session under an ID. If an earlier ID cannot be removed, a record without data stays for a minute, which tells of the renewal. */
  #holds(id: string): boolean {
    const record = this.#recordOf(id)
    if (!record) return false
    const { cookie: _, [MARKS]: marks, ...kept } = JSON.parse(record.text) as SessionData & Marked
    return (marks as Partial<Marks> | undefined)?.m == null || Object.keys(kept).length > 0
  }

  /** The IDs that a session has had since this one. A logout of a request that still has an old one ends them all. */
  #movedFrom(id: string): string[] {
    const move = this.#asked.find(asked => asked.action === 'rotate' && asked.id === id && this.#succeeded(asked))
    return move?.left === undefined ? [id] : [id, ...this.#movedFrom(move.left)]
  }

  /** A successful write is in the store: always on an atomic store, otherwise if no write came late. */
  #lost(tally: Tally): string[] {
    if (!this.#isAtomic && this.#faults === ALL) return []
    const ends = this.#asked.filter(({ action }) => ENDS.includes(action))
    const ended = new Set(ends.flatMap(({ action, id }) => (action === 'rotate' ? [id] : this.#movedFrom(id as string))))
    const written = this.#asked.filter(asked => asked.left !== undefined && !['read', 'logout', 'unset'].includes(asked.action))
    return written.flatMap(asked => {
      const id = asked.left as string
      if (ended.has(id) || !this.#succeeded(asked)) return []
      tally.writes++
      const record = this.#recordOf(id)
      const stored = JSON.parse(record?.text ?? '{}') as Record<string, unknown>
      const n = written.filter(({ action, left }) => action === 'update' && this.#movedFrom(left as string).includes(id))
      const lost = stored[`key ${asked.number}`] === true ? [] : [`${asked.action} ${asked.number} was answered and is lost`]
      const answered = n.filter(other => this.#succeeded(other)).length
      const counted = Number(stored.n ?? 0)
      return counted < answered || counted > n.length
        ? [...lost, `${answered} of ${n.length} updates were answered, and ${counted} counted`]
        : lost
    })
  }

  close(): void {
    Timers.restore()
    this.#server.close()
  }

  get title(): string {
    const { framework } = this.#host
    return `${framework}, ${this.#isAtomic ? 'atomic' : 'plain'} store, ${this.#faults === ALL ? 'all faults' : 'faults in time'}`
  }
}
