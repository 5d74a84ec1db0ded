import { emptied } from '../record/emptied'
import { EXPIRED } from '../record/lifetime'
import { Cookie } from '../record/cookie'
import { isMissing } from '../errors/store-errors'
import type { ActiveSession, ActiveSessions } from '../concurrency/active-sessions'
import type { Callback } from '../../primitives/callbacks'
import type { Deadline } from '../concurrency/deadline'
import { marksIn } from '../record/marks'
import { moveOf } from '../record/moved'
import type { SessionData } from '../record/session-data'
import type { Version } from '../record/snapshot'
import type { Condition, Heard, Outcome } from '../store/contract'

/** How often other processes may write the record meanwhile. */
const MOST_TRIES = 100

/** A client of a store, or one that knows sessions by the keys of their records. */
export interface Endable {
  readonly activeSessions: ActiveSessions
  readonly compares: boolean
  /** Of a client that knows sessions by their IDs, which open the records of earlier IDs. */
  readonly grace?: { readonly ms: number }
  deadline(): Deadline
  get(id: string, done: Heard, deadline?: Deadline): void
  compareAndSet(id: string, session: SessionData, condition: Condition, done: Callback<Outcome>, deadline?: Deadline): void
}

/** The session that a call has ended. */
export interface Claimed {
  /** Its record, if the call has read it. */
  readonly record?: SessionData
}

/** How a session is ended. */
interface How {
  /** The version of its record, if it is known. */
  readonly version?: Version | undefined
  /** How long requests with its ID get an empty session, in milliseconds. */
  readonly grace?: number | undefined
}

/**
 * Ends a session in a store with compareAndSet, on the condition that no other request has. Removing the record then only frees memory. If another request has
 * given the session a new ID, it is ended under that.
 *
 * @param done gets the session if this call has ended it
 */
export function claim(port: Endable, id: string, how: How, done: Callback<Claimed>): void {
  const { activeSessions } = port
  const active = activeSessions.acquire(id)
  const over: Callback<Claimed> = (err, claimed) => {
    const { movedTo } = active
    activeSessions.release(id, active)
    if (err || claimed) return done(err, claimed)
    const ended = (to: string | undefined): void => (to === undefined ? done() : claim(port, to, {}, done))
    if (movedTo || !port.grace?.ms) return ended(movedTo?.id)
    // Another process may have moved it. A read within the turn does not find the record of an earlier ID
    port.get(id, (err, record) => (err && !isMissing(err) ? done(err) : ended(err || !record ? undefined : movedId(id, record))))
  }
  const deadline = port.deadline()
  activeSessions.run(id, deadline, over, ended =>
    new Claim(port, { id, grace: how.grace ?? 0 }, deadline, ended).run(how.grace ? undefined : how.version),
  )
}

/** The new ID of a session, by the record of its earlier ID. */
export function movedId(id: string, record: SessionData): string | undefined {
  return moveOf(id, marksIn(record), Date.now())?.to
}

class Claim {
  #tries = 0

  constructor(
    private readonly port: Endable,
    private readonly ended: { readonly id: string; readonly grace: number },
    private readonly deadline: Deadline,
    private readonly done: Callback<Claimed>,
  ) {}

  run(version: Version | undefined): void {
    if (version !== undefined) return this.#end(version, {})
    this.port.get(
      this.ended.id,
      (err, record, version) => {
        if (err && !isMissing(err)) this.done(err)
        else if (err || !record || version === undefined) this.done()
        else this.#end(version, { record })
      },
      this.deadline,
    )
  }

  #end(version: Version, claimed: Claimed): void {
    const compared: Callback<Outcome> = (err, outcome) => {
      if (err) this.done(err)
      else if (outcome?.ok) this.done(null, claimed)
      else if (++this.#tries > MOST_TRIES)
        this.done(new Error('session is changed by other requests too often; it is destroyed unconditionally'))
      else this.run(undefined)
    }
    const { id, grace } = this.ended
    const left = claimed.record && grace > 0 ? emptied(id, claimed.record, grace) : undefined
    this.port.compareAndSet(id, left ?? expired(), { version }, compared, this.deadline)
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
