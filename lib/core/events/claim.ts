import type { ActiveSession, ActiveSessions } from '../concurrency/active-sessions'
import type { ResultCallback } from '../../primitives/callbacks'
import type { Deadline } from '../concurrency/deadline'
import { marksIn } from '../record/marks'
import { moveOf } from '../record/moved'
import type { SessionData } from '../record/session-data'
import type { Version } from '../record/snapshot'
import type { Condition, ReadCallback, Outcome } from '../store/contract'
import { ConditionalEnd, recordIn, type Replaced } from '../store/records/conditional-end'

/** A client of a store, or one that knows sessions by the keys of their records. */
export interface Endable {
  readonly activeSessions: ActiveSessions
  readonly compares: boolean
  /** Of a client that knows sessions by their IDs, which open the records of earlier IDs. */
  readonly grace?: { readonly ms: number }
  deadline(): Deadline
  get(id: string, done: ReadCallback, deadline?: Deadline): void
  compareAndSet(id: string, session: SessionData, condition: Condition, done: ResultCallback<Outcome>, deadline?: Deadline): void
}

/** The session that a call has ended. */
export type Claimed = Partial<Pick<Replaced, 'record'>>

/** How a session is ended. */
interface How {
  /** The version of its record, if it is known. */
  readonly version?: Version | undefined
  /** How long requests with its ID get an empty session, in milliseconds. */
  readonly grace?: number | undefined
}

interface EndingTurn {
  readonly storeClient: Endable
  readonly id: string
  readonly grace: number
  readonly deadline: Deadline
}

/**
 * Ends a session in a store with compareAndSet, on the condition that no other request has. Removing the record then only frees memory. If another request has
 * given the session a new ID, it is ended under that.
 *
 * @param done gets the session if this call has ended it
 */
export function claim(storeClient: Endable, id: string, { version, grace = 0 }: How, done: ResultCallback<Claimed>): void {
  const { activeSessions } = storeClient
  const active = activeSessions.acquire(id)
  const over: ResultCallback<Claimed> = (err, claimed) => {
    const { movedTo } = active
    activeSessions.release(active)
    if (err || claimed) return done(err, claimed)
    const ended = (to: string | undefined): void => (to === undefined ? done() : claim(storeClient, to, {}, done))
    if (movedTo || !storeClient.grace?.ms) return ended(movedTo?.id)
    // Another process may have moved it. A read within the turn does not find the record of an earlier ID
    storeClient.get(id, (err, record) => (err ? done(err) : ended(record ? movedId(id, record) : undefined)))
  }
  const deadline = storeClient.deadline()
  activeSessions.run(id, deadline, over, ended =>
    // With a grace, something of the record is left, so that it must be read
    endIn({ storeClient, id, grace, deadline }, grace > 0 ? undefined : version, ended),
  )
}

/** The new ID of a session, by the record of its earlier ID. */
export function movedId(id: string, record: SessionData): string | undefined {
  return moveOf(id, marksIn(record), Date.now())?.to
}

/** Ends the session in its turn. @param version of its record, if it is known: the record is then not read */
function endIn(turn: EndingTurn, version: Version | undefined, done: ResultCallback<Claimed>): void {
  const { storeClient, id, grace, deadline } = turn
  const find = (): void =>
    storeClient.get(
      id,
      (err, record, version) => {
        if (err) done(err)
        else if (!record || version === undefined) done()
        else end.replace(record, version)
      },
      deadline,
    )
  const end = new ConditionalEnd(recordIn(storeClient, id, deadline), grace, find, done)
  if (version === undefined) find()
  else end.replace(undefined, version)
}

/** The session that an ID of this process stands for: another one, if it has moved. */
export function lastMove(active: ActiveSession): ActiveSession {
  return active.movedTo ? lastMove(active.movedTo.active) : active
}
