import type { SessionEvents, Why } from '../diagnostics/session-events'
import type { Callback } from '../../primitives/callbacks'
import { isMoved } from '../record/moved'
import type { SessionData } from '../record/session-data'
import { movedId, type Claimed, type Endable } from './claim'
import { endOnce } from './end-once'
import { toldIn, type Subject } from './session-event'

/** What an event of a session tells that its record does not. */
export interface Telling {
  readonly events: SessionEvents
  readonly why: Why
  readonly about?: unknown
  /** Of the session, if they are known without its record. */
  readonly handle?: string
  readonly userId?: string
  /** The request, if there is one. */
  readonly subject?: Subject
  /** Whether `destroy` does more than remove the record, so that its error matters although the session has ended. */
  readonly isMore?: boolean | undefined
}

/** Destroys a session that may have another ID by now, and tells of its end when the store has answered. @param destroy removes the record */
export function endAndTell(storeClient: Endable, id: string, telling: Telling, destroy: (done: Callback) => void, done: Callback): void {
  // Held from the read to the end, to know of another end of this process
  const active = storeClient.activeSessions.acquire(id)
  const over: Callback = err => {
    storeClient.activeSessions.release(active)
    done(err)
  }
  const finish = (err: unknown, claimed?: Claimed, record?: SessionData): void => {
    if (claimed) tell(telling, claimed.record ?? record)
    over(claimed && !telling.isMore ? undefined : err)
  }
  storeClient.get(id, (err, record, version) => {
    // What the store fails to read, it may still destroy
    if (err) return endOnce(storeClient, { id }, destroy, finish)
    if (!record) return destroy(over)
    // The record of an earlier ID is no session, but leads to one, which `destroy` ends as well
    const to = movedId(id, record)
    if (to !== undefined) return endAndTell(storeClient, to, telling, destroy, over)
    if (isMoved(record)) return destroy(over)
    endOnce(storeClient, { id, version: version ?? undefined }, destroy, (err, claimed) => finish(err, claimed, record))
  })
}

function tell({ events, why, about, handle, userId, subject = { req: undefined } }: Telling, record: SessionData | undefined): void {
  const told = record ? toldIn(record) : { handle, userId, data: undefined }
  events.tell('ended', { name: events.name, ...subject, why, about, ...told })
}
