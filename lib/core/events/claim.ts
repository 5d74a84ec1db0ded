import { EXPIRED } from '../record/lifetime'
import { Cookie } from '../record/cookie'
import { isMissing } from '../errors/store-errors'
import type { ActiveSession, ActiveSessions } from '../concurrency/active-sessions'
import type { Callback } from '../../primitives/callbacks'
import type { Deadline } from '../concurrency/deadline'
import type { SessionData } from '../record/session-data'
import type { Version } from '../record/snapshot'
import type { Condition, Heard, Outcome } from '../store/contract'

/** How often other processes may write the record meanwhile. */
const MOST_TRIES = 100

/** A client of a store, or one that knows sessions by the keys of their records. */
export interface Endable {
  readonly activeSessions: ActiveSessions
  readonly compares: boolean
  deadline(): Deadline
  get(id: string, done: Heard, deadline?: Deadline): void
  compareAndSet(id: string, session: SessionData, condition: Condition, done: Callback<Outcome>, deadline?: Deadline): void
}

/**
 * Ends a session in a store with compareAndSet, on the condition that no other request has. Removing the record then only frees memory.
 *
 * @param version of the record, if it is known
 * @param done gets true if this call has ended the session
 */
export function claim(port: Endable, id: string, version: Version | undefined, done: Callback<boolean>): void {
  const { activeSessions } = port
  const active = activeSessions.acquire(id)
  const over: Callback<boolean> = (err, isOurs) => {
    const { movedTo } = active
    activeSessions.release(id, active)
    // The request has the old ID of a session that has moved: it ends that one
    if (!err && !isOurs && movedTo) claim(port, movedTo.id, undefined, done)
    else done(err, isOurs)
  }
  const deadline = port.deadline()
  activeSessions.run(id, deadline, over, ended => new Claim(port, id, deadline, ended).run(version))
}

class Claim {
  #tries = 0

  constructor(
    private readonly port: Endable,
    private readonly id: string,
    private readonly deadline: Deadline,
    private readonly done: Callback<boolean>,
  ) {}

  run(version: Version | undefined): void {
    if (version !== undefined) return this.#end(version)
    this.port.get(
      this.id,
      (err, record, version) => {
        if (err && !isMissing(err)) this.done(err)
        else if (err || !record || version === undefined) this.done(null, false)
        else this.#end(version)
      },
      this.deadline,
    )
  }

  #end(version: Version): void {
    const compared: Callback<Outcome> = (err, outcome) => {
      if (err) this.done(err)
      else if (outcome?.ok) this.done(null, true)
      else if (++this.#tries > MOST_TRIES)
        this.done(new Error('session is changed by other requests too often; it is destroyed unconditionally'))
      else this.run(undefined)
    }
    this.port.compareAndSet(this.id, expired(), { version }, compared, this.deadline)
  }
}

/** A record that does not exist for any store, because its end has passed. */
function expired(): SessionData {
  const cookie = new Cookie()
  cookie.expires = EXPIRED
  return { cookie }
}

/** The session that an ID of this process stands for: another one, if it has moved. */
export function lastMove(active: ActiveSession): ActiveSession {
  return active.movedTo ? lastMove(active.movedTo.active) : active
}
