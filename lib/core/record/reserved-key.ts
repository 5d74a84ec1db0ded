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

/** A copy without the key. A loop, because the rest of an object takes several times as long. */
export function withoutMarks<Data extends object>(data: Data): Data {
  const copy: Record<string | symbol, unknown> = {}
  for (const key of Object.keys(data)) if (key !== MARKS) put(copy, key, data[key as never])
  for (const key of Object.getOwnPropertySymbols(data)) copy[key] = data[key as never]
  return copy as Data
}

/** `__proto__` is a key like others. */
function put(copy: Record<string | symbol, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') Object.defineProperty(copy, key, { value, configurable: true, writable: true, enumerable: true })
  else copy[key] = value
}

/** Whether a value under the reserved key is ours. An app may have data of that name. */
export function isMarks(value: unknown): value is Marks {
  if (typeof value !== 'object' || value === null) return false
  const { c, a, h } = value as Partial<Marks>
  return Number.isFinite(c) && Number.isFinite(a) && typeof h === 'string'
}
