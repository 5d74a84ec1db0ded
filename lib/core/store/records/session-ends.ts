import type { ActiveSession, ActiveSessions } from '../../concurrency/active-sessions'
import type { Deadline } from '../../concurrency/deadline'
import { isMissing } from '../../errors/store-errors'
import type { Callback, ResultCallback } from '../../../primitives/callbacks'
import { hasAbility } from '../abilities'
import type { StoreCalls } from '../store-calls'
import type { StoreKeys } from '../store-keys'
import { StoredRecord } from './stored-record'
import { Ending } from './ending'
import type { Grace } from './grace'

/** The steps of an end. It calls back with whether the session goes on if it fails, also if the store has not answered. */
export type Steps = (deadline: Deadline, ended: ResultCallback<boolean>, active: ActiveSession) => void

interface Parts {
  readonly calls: StoreCalls
  readonly activeSessions: ActiveSessions
  readonly keys: StoreKeys
  readonly grace: Grace
}

/** The ends of sessions in a store. Requests that have read a session before it ends cannot write it any more. */
export class SessionEnds {
  constructor(private readonly parts: Parts) {}

  destroy(id: string, done: Callback): void {
    this.#destroy(id, 0, done)
  }

  /** As `destroy`, after another session has taken the place of this one. During the grace, a request with the old ID has an empty session. */
  retire(id: string, done: Callback): void {
    this.#destroy(id, this.parts.grace.ms, done)
  }

  #destroy(id: string, grace: number, done: Callback): void {
    const { calls, activeSessions } = this.parts
    const deadline = calls.deadline()
    const act = (ended: Callback, active: ActiveSession): void => this.#end(id, grace, this.#alsoMoved(active, ended), deadline)
    activeSessions.destroy(id, deadline, act, done)
  }

  #end(id: string, grace: number, done: Callback, deadline: Deadline): void {
    const { calls, activeSessions, keys } = this.parts
    if (this.parts.grace.ms === 0) return this.remove(id, done, deadline)
    const place = { id, key: keys.of(id), compares: hasAbility(calls.store, 'compareAndSet'), deadline }
    const record = new StoredRecord(calls, activeSessions, place, 'data')
    const ending = new Ending(record, grace, this.destroy.bind(this), done)
    this.#removeOlder(id, err => (err ? done(err) : ending.run()), deadline)
  }

  /** @param act makes the steps of the end, of which the last one is `remove` */
  replace(id: string, act: Steps, done: Callback): void {
    const { calls, activeSessions } = this.parts
    const deadline = calls.deadline()
    const begin = (ended: ResultCallback<boolean>, active: ActiveSession): void =>
      this.#removeOlder(id, err => (err ? ended(err) : act(deadline, ended, active)), deadline)
    activeSessions.destroy(id, deadline, begin, done)
  }

  remove(id: string, done: Callback, deadline: Deadline): void {
    const { calls, keys } = this.parts
    this.#removeOlder(id, err => (err ? done(err) : calls.remove(keys.of(id), done, deadline)), deadline)
  }

  /** Removes the older record first, so that a process that moves it sees that the session has ended. */
  #removeOlder(id: string, done: Callback, deadline: Deadline): void {
    const { calls, keys } = this.parts
    const older = keys.olderOf(id)
    if (older === undefined) return done()
    calls.remove(older, err => done(isMissing(err) ? undefined : err), deadline)
  }

  /** With the store's own method, which may be that of another copy of the package. */
  regenerate(id: string, host: object, done: Callback): void {
    const { calls, activeSessions } = this.parts
    const deadline = calls.deadline()
    const act = (ended: Callback, active: ActiveSession): void =>
      calls.ask('regenerate', [host], this.#alsoMoved(active, ended) as ResultCallback<unknown>, { key: id, deadline })
    activeSessions.endOutsideQueue(id, deadline, act, done)
  }

  /** Ends a session by its new ID too, if a rotation has moved it. */
  #alsoMoved({ movedTo }: ActiveSession, done: Callback): Callback {
    return movedTo === undefined ? done : err => (err ? done(err) : this.destroy(movedTo.id, done))
  }
}
