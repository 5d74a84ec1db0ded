import type { Change, Session } from '../../lib/core/session/session'
import type { SessionOptions } from '../support/subject'
import { turns } from '../support/wire'
import { ManualStore } from './manual-store'
import { ID, type Server, type Visit } from './rig'
import { core } from './rig-core'
import type { Ability, Data } from './stepped-store'

/** The error of a call that fails. */
export const DOWN = new Error('store down')

interface Rotating {
  regenerate(options: { keep: true }, done: (err?: unknown) => void): void
}

/** A request that is open. */
export class OpenRequest {
  /** The results of its saves and updates; an error, or 'done'. */
  readonly results: unknown[] = []

  constructor(
    private readonly visit: Visit,
    private readonly finish: () => void,
  ) {}

  get session(): Session & Data {
    return this.visit.session as Session & Data
  }

  put(changes: Data): this {
    Object.assign(this.visit.session, changes)
    return this
  }

  /** The response ends: what the handler has left is committed. */
  end(): void {
    this.finish()
  }

  save(): void {
    // By the class, because data may have its name
    this.session.save(this.#hear)
  }

  update(change: Change): void {
    this.visit.update(change, this.#hear)
  }

  destroy(): void {
    this.session.destroy(this.#hear)
  }

  regenerate(): void {
    this.session.regenerate(this.#hear)
  }

  rotate(): void {
    ;(this.session as unknown as Rotating).regenerate({ keep: true }, this.#hear)
  }

  readonly #hear = (err?: unknown): void => void this.results.push(err ? (err as Error).message : 'done')
}

/** Requests of one session on a store that the test answers. */
export class Group {
  readonly store: ManualStore
  readonly errors: unknown[] = []
  readonly #server: Server

  constructor(ability: Ability, known: Data = {}, options: Partial<SessionOptions> = {}) {
    this.store = new ManualStore(ability)
    this.store.records.set(ID, JSON.stringify({ cookie: { originalMaxAge: null, expires: null, httpOnly: true, path: '/' }, ...known }))
    let made = 0
    const given = { secret: 'x', resave: false, saveUninitialized: false, genid: () => `new-${++made}`, ...options }
    this.#server = core.server({ options: given, store: this.store as never, steps: { push: step => step() }, errors: this.errors })
  }

  /** So many requests, which have all read the session. */
  open(count: number): OpenRequest[] {
    const open: OpenRequest[] = []
    for (let next = 0; next < count; next++) this.#server.serve((visit, done) => void open.push(new OpenRequest(visit, done)))
    this.store.answerAll()
    this.store.trace()
    return open
  }

  /** Requests of which the first one is being saved; the others wait behind it, when they save. */
  busy(count: number): [OpenRequest, ...OpenRequest[]] {
    const requests = this.open(count + 1) as [OpenRequest, ...OpenRequest[]]
    const [first] = requests
    first.put({ first: true }).end()
    return requests.slice(1) as [OpenRequest, ...OpenRequest[]]
  }

  /** Responds to all calls, and to those that follow. @param destroys whether those succeed */
  async answerAll(destroys: 'fail' | 'succeed'): Promise<void> {
    for (const { store } = this; store.waiting.length > 0; await turns(1)) {
      if (destroys === 'fail' && store.waiting[0] === 'destroy') store.fail(DOWN)
      else store.answer()
    }
  }

  get stored(): Data | undefined {
    const { cookie: _, ...data } = (this.store.read(ID) ?? {}) as Data
    return this.store.read(ID) && data
  }

  get held(): number {
    return this.#server.held
  }
}
