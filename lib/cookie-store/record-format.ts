import type { SessionData } from '../core/record/session-data'

/** How a session looks at rest. */
export interface RecordShape {
  /** Nothing for what is no record. */
  read(record: object): SessionData | undefined
  /** @param id of the session */
  write(session: SessionData, id: string): object
}

/** How long what nobody gives a life is kept, in milliseconds: no browser ends a copy, and some stores end nothing by themselves. */
export const DAY = 86_400_000

/** When a record ends whose cookie ends with the browser, in milliseconds since 1970. */
export const ENDS = Symbol('resession.ends')

/** Of a record that says that its session ends with the browser, and not only that it was given no lifetime. */
export const UNTIL_CLOSED = Symbol('resession.until-closed')

/** Of a record that knows its session's id. */
export const ID = Symbol('resession.id')

/** Whether a record has ended by its own account. */
export function hasEnded(record: SessionData): boolean {
  const ends = (record as { [ENDS]?: number })[ENDS] ?? record.cookie.expires
  return ends != null && new Date(ends).valueOf() <= Date.now()
}

export function idOf(record: SessionData): string | undefined {
  return (record as { [ID]?: string })[ID]
}
