import { EventEmitter } from 'node:events'
import { createSession, type Session, type Host } from '../core/session/session'
import { addMethodsById } from '../core/session/store-methods'
import type { SessionData } from '../core/record/session-data'
import type { Callback, ResultCallback } from '../primitives/callbacks'
import type { Found, Outcome } from '../core/store/contract'
import type { Version } from '../core/record/snapshot'
import { callable } from './callable'

/**
 * The contract of a store, for authors of stores. Three methods are required; optional ones are used if they exist. `Store` itself has the members of
 * express-session's and no other, because stores are told apart by the methods that they lack. It is abstract only to the compiler, which can then
 * report a missing method.
 *
 * Every method either calls back or returns a promise. A method that declares the callback must call it, even if it also returns a promise; one that
 * does not declare it must return a promise. The callback may be called before the method returns. Only the first call counts.
 *
 * An error means that the store could not do its work. A missing session is not an error, for any method.
 */
declare abstract class Base extends EventEmitter {
  constructor(options?: unknown)

  /**
   * The session of an ID: an object as `JSON.stringify(session)` gives it, with `cookie.expires` as a string or a Date. A missing or expired session
   * is `undefined` or `null`; an error with the `code` `'ENOENT'` means the same. The caller may change the object: return a copy. A store with
   * `compareAndSet` passes a third argument, the version of the record.
   */
  abstract get(id: string, callback: Found): void

  /**
   * Writes the session, whether it exists or not. It is the live object: read it before you return, and store only what is in
   * `JSON.stringify(session)`. `session.cookie.maxAge` is the remaining lifetime in milliseconds, `session.cookie.expires` its end. If they are null,
   * the session ends with the browser, and the store decides how long to keep it.
   */
  abstract set(id: string, session: SessionData, callback?: Callback): void

  /** Removes the session. It is not an error if there is none. */
  abstract destroy(id: string, callback?: Callback): void

  /** Moves the expiry of an unchanged session to that of `session.cookie`. It writes nothing else, and never creates a session. */
  touch?(id: string, session: SessionData, callback?: Callback): void

  /**
   * Writes the session if its record still has the version that `get` or this method gave; `ok` tells whether it did. `null` creates a record if the
   * ID has none. Comparison and write must be one atomic step for all users of the engine, other processes too. A missing or expired record has no
   * version. After a write, the outcome has the new `version`. A touch need not change the version. The middleware uses this method instead of `set`,
   * unless the store's `get` or `set` has been replaced.
   */
  compareAndSet?(id: string, session: SessionData, version: Version | null, callback: ResultCallback<Outcome>): void

  /**
   * For engines without versions: writes the session only if it exists, in one atomic step, and tells whether it did. Used for all but new sessions,
   * so that a logout in another process is not undone. Not used if there is `compareAndSet`.
   */
  update?(id: string, session: SessionData, callback: ResultCallback<boolean>): void

  /** All sessions that have not expired: as an array, or by ID. */
  all?(callback: ResultCallback<SessionData[] | Record<string, SessionData> | null>): void

  /** The number of sessions. */
  length?(callback: ResultCallback<number>): void

  /** Removes all sessions. */
  clear?(callback?: Callback): void

  /** Destroys the session of a request and generates another. Returns a promise without a callback. Inherited. */
  regenerate<Done extends Promise<void> = Promise<void>>(req: Host, ...none: never[]): Done
  regenerate<_Done extends Promise<void> = Promise<void>>(req: Host, callback: Callback): void

  /** Loads the session of an ID, without a request. Returns a promise without a callback. Inherited. */
  load<Done extends Promise<SessionData | undefined> = Promise<SessionData | undefined>>(id: string, ...none: never[]): Done
  load<_Done extends Promise<SessionData | undefined> = Promise<SessionData | undefined>>(
    id: string,
    callback: ResultCallback<SessionData>,
  ): void

  /** Makes a session of a stored record, and puts it on the request. Inherited. */
  createSession(req: Host, record: SessionData): Session & SessionData
}

/** The base class of stores. */
export type Store = Base

class Methods extends EventEmitter {
  createSession(host: Host, record: SessionData): Session {
    return createSession(host, record)
  }
}

addMethodsById(Methods.prototype)

export const Store = callable<typeof Base>(Methods, function Store(this: EventEmitter) {
  EventEmitter.call(this)
})
