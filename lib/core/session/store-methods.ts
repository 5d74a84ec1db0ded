import { afterReturn } from '../../primitives/after-return'
import { fromCallback, ignoreRejection, type Callback, type ResultCallback } from '../../primitives/callbacks'
import type { SessionData } from '../record/session-data'
import { skipRegenerate } from '../store/abilities'
import type { SessionStore } from '../store/contract'
import { clientFor } from '../store/store-clients'
import { regenerate, type Host, type Session } from './session'

/** Marks a store whose `regenerate` and `load` take session IDs, and not keys of records. */
const TAKES_IDS = Symbol('resession.takes-ids')

/** The part of a store that `load` needs. */
interface Inflating extends SessionStore {
  createSession(host: Host, record: SessionData): Session
}

/** The methods of `Store` that take session IDs. */
class ById {
  regenerate(this: SessionStore, host: Host, callback?: Callback): void | Promise<void> {
    if (typeof callback !== 'function') return ignoreRejection(fromCallback(done => regenerate(host, this, done)))
    afterReturn(callback, done => regenerate(host, this, done))
  }

  load(this: Inflating, id: string, callback?: ResultCallback<Session>): void | Promise<Session | undefined> {
    if (typeof callback !== 'function') return ignoreRejection(fromCallback<Session | undefined>(done => load(this, id, done)))
    afterReturn(callback, done => load(this, id, done))
  }
}

skipRegenerate(ById.prototype.regenerate)

/**
 * Defines the methods as not enumerable, like those of a class.
 *
 * @param target a store or its prototype
 */
export function addMethodsById(target: object): void {
  const { regenerate, load } = Object.getOwnPropertyDescriptors(ById.prototype)
  Object.defineProperties(target, { regenerate, load, [TAKES_IDS]: { value: true } })
}

function load(store: Inflating, id: string, done: ResultCallback<Session>): void {
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

/** Replaces the methods of a store of express-session or another copy of the package: they would use the ID as a key. */
export function installMethodsById(store: SessionStore): void {
  if (!(TAKES_IDS in store) && typeof store.createSession === 'function') addMethodsById(store)
}
