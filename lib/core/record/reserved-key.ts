/** The one key of a record that is not the app's. Mongo, DynamoDB and JSON paths allow it. */
export const MARKS = '~'

/** What the library remembers of a session, as records have it. */
export interface Marks {
  /** When the session was created, in milliseconds since 1970. */
  readonly c: number
  /** When the user last authenticated, in milliseconds since 1970. */
  readonly a: number
  /** The handle: a public name that stays the same when the ID changes. */
  readonly h: string
}

export interface Marked {
  readonly [MARKS]?: unknown
}

/** Whether a value under the reserved key is ours. An app may have data of that name. */
export function isMarks(value: unknown): value is Marks {
  if (typeof value !== 'object' || value === null) return false
  const { c, a, h } = value as Partial<Marks>
  return Number.isFinite(c) && Number.isFinite(a) && typeof h === 'string'
}
