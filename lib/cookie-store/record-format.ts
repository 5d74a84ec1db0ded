import type { SessionData } from '../core/record/session-data'

/** The format of a stored session. */
export interface RecordShape {
  /** Returns undefined if the object is not a record. */
  read(record: object): SessionData | undefined
  /** @param id the session ID */
  write(session: SessionData, id: string): object
}

/** The lifetime of a session without one, in milliseconds. Browsers end no copy of a cookie, and some stores never expire records. */
export const DAY = 86_400_000

/** Marks a record whose session was set to end with the browser, as opposed to one without a lifetime. */
export const UNTIL_CLOSED = Symbol('resession.until-closed')

/** The key of the session ID in a record. */
export const ID = Symbol('resession.id')

/** The session ID in a record that was read from a cookie. */
export function idOf(record: SessionData): string | undefined {
  return (record as { [ID]?: string })[ID]
}
