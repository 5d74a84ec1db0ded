import { EventEmitter } from 'node:events'
import { createSession, regenerate, type Session, type Host } from '../core/session/session'
import type { SessionData } from '../core/record/session-data'
import { afterReturn } from '../primitives/after-return'
import { clientFor } from '../core/store/ports'
import { fromCallback, ignoreRejection, type Callback } from '../primitives/callbacks'
import type { Found, Outcome, SessionStore } from '../core/store/contract'
import type { Version } from '../core/record/snapshot'
import { callable } from './callable'

/**
 * What a store is, for whoever writes one. Three methods are required; the others are used where they are there. `Store` itself has what upstream's
 * has and nothing else, since stores are told apart by what they lack; it is abstract only to the compiler, which can then say what is missing.
 *
 * Every method either calls back, or returns a promise. A method that declares the callback has to call it, whatever else it returns; one that
 * leaves it out has to return a promise. The callback may come at once, before the method returns. It counts once; what comes after is dropped.
 *
 * An error is for a store that could not do its work: no connection, no room. That there is no such session is none, for any method.
 */
declare abstract class Base extends EventEmitter {
  constructor(options?: unknown)

  /**
   * The session of an id: an object in the form that `JSON.stringify(session)` gives, its `cookie.expires` a string or a Date. No session is
   * `undefined` or `null`, and so is one that has expired; an error whose `code` is `'ENOENT'` says the same. What is returned is the caller's to
   * change: give it a copy of its own. A store that has `compareAndSet` calls back with a third argument, the record's version.
   */
  abstract get(id: string, callback: Found): void

  /**
   * Writes the session, whether there was one of this id or not. It is the live object: take what you need before you return, and nothing that is
   * not in `JSON.stringify(session)`. `session.cookie.maxAge` is what is left of its life in milliseconds, `session.cookie.expires` its end; where
   * they are null the session ends with the browser, and the store decides how long to keep it.
   */
  abstract set(id: string, session: SessionData, callback?: Callback): void

  /** Removes the session. None of this id is fine. */
  abstract destroy(id: string, callback?: Callback): void

  /** Moves the expiry of a session that nobody changed to that of `session.cookie`. Writes nothing else, and never makes a session that is gone. */
  touch?(id: string, session: SessionData, callback?: Callback): void

  /**
   * Writes the session if its record is still of the version that `get` or this method gave, and `ok` says whether it was. `null`: makes a record, of
   * an id that has none. Looking and writing have to be one step for everybody who shares the engine, other processes too. A record that is missing
   * or has expired is of no version. The outcome of a write that was made has the new `version`. A touch need not change the version. It is used
   * instead of `set` wherever it is there, unless somebody has put another `get` or `set` over the store's own.
   */
  compareAndSet?(id: string, session: SessionData, version: Version | null, callback: Callback<Outcome>): void

  /**
   * For an engine that has no versions: writes the session only if there is one of this id, in one step, and says whether there was. Used for all but
   * new sessions, so that a logout in another process stays one. Without use where there is `compareAndSet`.
   */
  update?(id: string, session: SessionData, callback: Callback<boolean>): void

  /** All sessions that have not expired: in a list, or under their ids. */
  all?(callback: Callback<SessionData[] | Record<string, SessionData> | null>): void

  /** How many there are. */
  length?(callback: Callback<number>): void

  /** Removes all of them. */
  clear?(callback?: Callback): void

  /** Destroys the session of a request and generates another. Returns a promise without a callback. Inherited. */
  regenerate<Done extends Promise<void> = Promise<void>>(req: Host, ...none: never[]): Done
  regenerate<_Done extends Promise<void> = Promise<void>>(req: Host, callback: Callback): void

  /** Loads the session of an ID, without a request. Returns a promise without a callback. Inherited. */
  load<Done extends Promise<SessionData | undefined> = Promise<SessionData | undefined>>(id: string, ...none: never[]): Done
  load<_Done extends Promise<SessionData | undefined> = Promise<SessionData | undefined>>(id: string, callback: Callback<SessionData>): void

  /** Makes a session of what was stored, and puts it on the request. Inherited. */
  createSession(req: Host, record: SessionData): Session & SessionData
}

export type Store = Base

class Methods extends EventEmitter {
  regenerate(this: Methods & SessionStore, host: Host, callback?: Callback): void | Promise<void> {
    if (!callback) return ignoreRejection(fromCallback(done => regenerate(host, this, done)))
    afterReturn(callback, done => regenerate(host, this, done))
  }

  load(this: Methods & SessionStore, id: string, callback?: Callback<Session>): void | Promise<Session | undefined> {
    if (!callback) return ignoreRejection(fromCallback<Session | undefined>(done => load(this, id, done)))
    afterReturn(callback, done => load(this, id, done))
  }

  createSession(host: Host, record: SessionData): Session {
    return createSession(host, record)
  }
}

function load(store: Methods & SessionStore, id: string, done: Callback<Session>): void {
  clientFor(store).get(id, (err, record) => {
    if (err) return done(err)
    if (!record) return done()
    let session: Session
    try {
      session = store.createSession({ sessionID: id, sessionStore: store }, record)
    } catch (unreadable) {
      return done(unreadable)
    }
    done(null, session)
  })
}

export const Store = callable<typeof Base>(Methods, function Store(this: EventEmitter) {
  EventEmitter.call(this)
})
