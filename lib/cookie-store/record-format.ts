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

/** The key of the end of a record whose cookie ends with the browser, in milliseconds since 1970. */
export const ENDS = Symbol('resession.ends')

/** Marks a record whose session was set to end with the browser, as opposed to one without a lifetime. */
export const UNTIL_CLOSED = Symbol('resession.until-closed')

/** The key of the session ID in a record. */
export const ID = Symbol('resession.id')

/** Whether a record says that it has expired. */
export function hasEnded(record: SessionData): boolean {
  const ends = (record as { [ENDS]?: number })[ENDS] ?? record.cookie.expires
  return ends != null && new Date(ends).valueOf() <= Date.now()
}

export function idOf(record: SessionData): string | undefined {
  return (record as { [ID]?: string })[ID]
}
