/** The reserved key of a record. Mongo, DynamoDB and JSON paths allow the name. */
export const MARKS = '~'

/**
 * The key of marks beside the data of a record, in place of the reserved key: a synchronous store of this package gets and returns them so, without
 * JSON in between.
 */
export const APART = Symbol('resession.marks')

/** What the library stores with a session, under the reserved key. */
export interface Marks {
  /** When the session was created, in milliseconds since 1970. */
  readonly c: number
  /** When the user last authenticated, in milliseconds since 1970. */
  readonly a: number
  /** The handle: a public name that stays the same when the ID changes. */
  readonly h: string
  /** The user, with the option `userId`. */
  readonly u?: string | undefined
  /** When the ID was issued, in milliseconds since 1970; missing if that was with the session. Written only with `renewAfter`. */
  readonly i?: number
  /** In the record of an earlier ID: the session's new ID and what it kept, sealed. See moved.ts. */
  readonly m?: string | null
}

/** A record that may have marks. */
export interface Marked {
  readonly [MARKS]?: unknown
  readonly [APART]?: Marks
}

/** A copy without marks. A loop is several times as fast as a rest pattern. */
export function withoutMarks<Data extends object>(data: Data): Data {
  const copy: Record<string | symbol, unknown> = {}
  for (const key of Object.keys(data)) if (key !== MARKS) put(copy, key, data[key as never])
  for (const key of Object.getOwnPropertySymbols(data)) if (key !== APART) copy[key] = data[key as never]
  return copy as Data
}

/** Also sets a key named `__proto__`. */
function put(copy: Record<string | symbol, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') Object.defineProperty(copy, key, { value, configurable: true, writable: true, enumerable: true })
  else copy[key] = value
}

/** The largest time of a Date, in milliseconds since 1970. */
const LATEST = 8.64e15

function isTime(value: unknown): boolean {
  return typeof value === 'number' && Math.abs(value) <= LATEST
}

/** Whether a value has the form of marks. An app may have data under the same name. */
export function isMarks(value: unknown): value is Marks {
  if (typeof value !== 'object' || value === null) return false
  const { c, a, h, u, i, m } = value as Partial<Marks>
  const isOptional = (one: unknown): boolean => one == null || typeof one === 'string'
  return isTime(c) && isTime(a) && typeof h === 'string' && isOptional(u) && (i === undefined || isTime(i)) && isOptional(m)
}
