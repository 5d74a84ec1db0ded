import type { SessionEvents, Why } from '../diagnostics/session-events'
import type { Callback } from '../../primitives/callbacks'
import { isMoved } from '../record/moved'
import { marksIn } from '../record/marks'
import { withoutMarks } from '../record/reserved-key'
import type { SessionData } from '../record/session-data'
import type { Endable } from './claim'
import { endOnce } from './end-once'
import { copyOf, type KnownMarks } from './session-event'

/** What an event of a session tells that its record does not. */
export interface Telling {
  readonly events: SessionEvents
  readonly why: Why
  readonly about?: unknown
}

/** Destroys a session outside of a request, and tells of its end when the store has answered. @param destroy removes the record */
export function endAndTell(port: Endable, id: string, telling: Telling, destroy: (done: Callback) => void, done: Callback): void {
  // Held from the read to the end, to know of another end of this process
  const active = port.activeSessions.acquire(id)
  const over: Callback = err => {
    port.activeSessions.release(id, active)
    done(err)
  }
  port.get(id, (err, record, version) => {
    // The record of an earlier ID is no session, but leads to one
    if (err || !record || isMoved(record)) return destroy(over)
    endOnce(port, { id, version: version ?? undefined }, destroy, (err, isOurs) => {
      if (isOurs) tell(telling, record)
      over(isOurs ? undefined : err)
    })
  })
}

function tell({ events, why, about }: Telling, record: SessionData): void {
  const marks = marksIn(record) as KnownMarks | undefined
  const data = copyOf(marks ? withoutMarks(record) : record)
  events.tell('ended', { name: events.name, req: undefined, handle: marks?.h, userId: marks?.u, why, about, data })
}
