import { Cookie } from '../core/cookie'
import { Session, type SessionData } from '../core/session'
import { portOf, type Callback, type SessionStore } from '../core/store-port'

/** What a test puts into a session. */
export type Data = Record<string, unknown>

/** The abilities that a store may have beside the three that it must. */
type Ability = 'all' | 'length' | 'clear'

/** A store that sits the exam: asked by the same port as in a server, and answering with promises. */
export class Candidate {
  constructor(readonly store: SessionStore) {}

  async get(id: string): Promise<(SessionData & Data) | undefined> {
    const found = await new Promise<SessionData | null | undefined>((resolve, reject) => {
      portOf(this.store).get(id, (err: { code?: unknown } | undefined, session) => {
        // By the contract an error of this code says that there is none
        if (err && err.code !== 'ENOENT') reject(err as Error)
        else resolve(session)
      })
    })
    return (found as (SessionData & Data) | null | undefined) ?? undefined
  }

  /** @param maxAge the session's life in milliseconds; null for one that ends with the browser */
  async set(id: string, data: Data, maxAge: number | null = null): Promise<void> {
    await settled(done => portOf(this.store).set(id, this.session(id, data, maxAge), done))
  }

  async touch(id: string, data: Data, maxAge: number | null): Promise<void> {
    await settled(done => portOf(this.store).touch(id, this.session(id, data, maxAge), done))
  }

  async destroy(id: string): Promise<void> {
    await settled(done => portOf(this.store).destroy(id, done))
  }

  has(ability: Ability | 'touch'): boolean {
    return typeof (this.store as Partial<Record<typeof ability, unknown>>)[ability] === 'function'
  }

  /** `all`, `length` or `clear`, for a store that has it. */
  async ask(ability: Ability): Promise<unknown> {
    const store = this.store as unknown as Record<Ability, (callback: Callback<unknown>) => unknown>
    return new Promise((resolve, reject) => {
      store[ability]((err, value) => (err ? reject(err) : resolve(value)))
    })
  }

  /** A live session, as a request would hand it over. */
  session(id: string, data: Data, maxAge: number | null = null): Session {
    const session = new Session({ sessionID: id, sessionStore: this.store })
    session.cookie = new Cookie({ maxAge })
    return Object.assign(session, data)
  }
}

function settled(act: (done: Callback) => void): Promise<void> {
  return new Promise((resolve, reject) => act(err => (err ? reject(err) : resolve())))
}
