import { ok } from 'node:assert/strict'
import { Cookie } from '../core/record/cookie'
import { Session } from '../core/session/session'
import type { SessionData } from '../core/record/session-data'
import { fromCallback, isPromise, type ResultCallback } from '../primitives/callbacks'
import { clientFor } from '../core/store/store-clients'
import { callsBack, type Found, type Outcome, type SessionStore } from '../core/store/contract'
import type { Version } from '../core/record/snapshot'

import { inTime } from './in-time'

/** What a test puts into a session. */
export type Data = Record<string, unknown>

/** An optional method that the store has. */
export type Ability = 'compareAndSet' | 'update'

/** The methods for all sessions that a store may have. */
type View = 'all' | 'length' | 'clear'

/** How long a store may take to answer, in milliseconds. */
export const PATIENCE = 5_000

/** What is wrong with a method that does not answer. */
export const NO_ANSWER = 'neither called back nor returned a promise that settled'

/** A store under test. It is called through the same client as in a server, and returns promises. */
export class StoreUnderTest {
  constructor(readonly store: SessionStore) {}

  async get(id: string): Promise<(SessionData & Data) | undefined> {
    const [found] = await this.#read(id)
    return (found as (SessionData & Data) | null | undefined) ?? undefined
  }

  /** The version from `get`; rejects if there is none. */
  async version(id: string): Promise<Version> {
    const [, version] = await this.#read(id)
    ok(version != null, 'get gave no version')
    return version
  }

  #read(id: string): Promise<[SessionData | null | undefined, Version | undefined]> {
    return new Promise((resolve, reject) => {
      const found: Found = (err: { code?: unknown } | undefined, session, version) => {
        // By the contract, this code means that there is no session
        if (err && err.code !== 'ENOENT') reject(err as Error)
        else resolve([session, version])
      }
      clientFor(this.store).get(id, found)
    })
  }

  /** @param maxAge the lifetime in milliseconds; null for a session that ends with the browser */
  async set(id: string, data: Data, maxAge: number | null = null): Promise<void> {
    await this.put(id, this.session(id, data, maxAge))
  }

  async put(id: string, session: Session): Promise<void> {
    await fromCallback(done => clientFor(this.store).set(id, session, done))
  }

  async touch(id: string, data: Data, maxAge: number | null): Promise<void> {
    await fromCallback(done => clientFor(this.store).touch(id, this.session(id, data, maxAge), done))
  }

  async compareAndSet(id: string, data: Data, version: Version | null, maxAge: number | null = null): Promise<Outcome> {
    return fromCallback(done => clientFor(this.store).compareAndSet(id, this.session(id, data, maxAge), { version }, done))
  }

  /** @param data or a live session, which has its own lifetime */
  async update(id: string, data: Data | Session, maxAge: number | null = null): Promise<boolean> {
    const session = data instanceof Session ? data : this.session(id, data, maxAge)
    return fromCallback(done => clientFor(this.store).update(id, session, done))
  }

  async destroy(id: string): Promise<void> {
    await fromCallback(done => clientFor(this.store).destroy(id, done))
  }

  has(ability: View | Ability | 'touch'): boolean {
    return typeof (this.store as Partial<Record<typeof ability, unknown>>)[ability] === 'function'
  }

  /** Calls `all`, `length` or `clear`. It may call back or return a promise. */
  async ask(view: View): Promise<unknown> {
    const method = (this.store as unknown as Record<View, (callback: ResultCallback<unknown>) => unknown>)[view]
    const answer = new Promise((resolve, reject) => {
      const returned = method.call(this.store, (err, value) => (err ? reject(err as Error) : resolve(value)))
      if (isPromise(returned) && !callsBack(method, [])) returned.then(resolve, reject)
    })
    return inTime(answer, PATIENCE, `${view} ${NO_ANSWER}`)
  }

  /** A live session, as a request would pass it. */
  session(id: string, data: Data, maxAge: number | null = null): Session {
    const session = new Session({ sessionID: id, sessionStore: this.store })
    session.cookie = new Cookie({ maxAge })
    return Object.assign(session, data)
  }
}
