import { RandomTexts } from '../../primitives/random-texts'
import { lifetimeOf, type AnyCookie } from './cookie'
import { dateOf, isTouched, TOUCHED } from './lifetime'
import type { Likeness } from './json-equality'
import { serializeData } from './serialize-data'
import { APART, isMarks, MARKS, withoutMarks, type Marks, type Marked } from './reserved-key'
import type { Read } from './snapshot'

/** 128 bits, as ASVS 5.0 section 7.2.3 asks of identifiers. */
const handles = new RandomTexts(16)

/**
 * The marks of a new session.
 *
 * @param now in milliseconds since 1970
 */
export function newMarks(now: number): Marks {
  return { c: now, a: now, h: handles.next() }
}

/**
 * Merges marks: those that are stored, and the later authentication.
 *
 * @param isBound the request has changed the user
 */
export function mergeMarks(mine: Marks, stored: Marks, isBound = false): Marks {
  const merged = { ...stored, a: Math.max(mine.a, stored.a) }
  return isBound ? withUser(merged, mine.u) : merged
}

/** The marks with another user. @param user undefined for none */
export function withUser({ u: _, ...marks }: Marks, user: string | undefined): Marks {
  return user === undefined ? marks : { ...marks, u: user }
}

/** The marks of a record, if it has any. */
export function marksIn(record: object): Marks | undefined {
  const { [APART]: apart, [MARKS]: marks } = record as Marked
  return apart ?? (isMarks(marks) ? marks : undefined)
}

/** Separates the marks from a record that was read. A cookie without a lifetime of its own gets no end. The rest is what the app stored. */
export function separate(read: Read): Read {
  const marks = read.record && marksIn(read.record)
  if (!marks) return read
  if (APART in (read.record as object)) return takeApart(read, marks)
  const record = withoutMarks(read.record as NonNullable<Read['record']>)
  const end = dateOf(record)
  const { cookie } = record
  // An invalid one stays, so that it is reported
  if (typeof cookie === 'object' && (cookie as AnyCookie | null)) record.cookie = cookieOfApp(cookie)
  const { moment, version, likeness } = read
  // Key by key: a spread whose keys are replaced takes 2 microseconds
  return { record, moment, version, marks, end, isTouched: isTouched(cookie), likeness: likeness && unmarked(likeness, record) }
}

/** Of a synchronous store: it has made the record for this read. */
function takeApart({ record, moment, version, likeness }: Read, marks: Marks): Read {
  const own = record as NonNullable<Read['record']> & { [APART]?: Marks | undefined }
  // Not deleted, which takes as long as making the record
  own[APART] = undefined
  const end = dateOf(own)
  if ((own.cookie as AnyCookie | undefined) && lifetimeOf(own.cookie) === null) own.cookie.expires = null
  return { record: own, moment, version, marks, end, isTouched: false, likeness }
}

function cookieOfApp(cookie: AnyCookie): AnyCookie {
  const isEndless = lifetimeOf(cookie) === null
  // A rest pattern takes several times as long as a spread
  if (!isTouched(cookie)) return isEndless ? { ...cookie, expires: null } : cookie
  const { [TOUCHED]: _, ...own } = cookie as AnyCookie & { readonly [TOUCHED]?: unknown }
  return isEndless ? { ...own, expires: null } : own
}

/** The data without marks, by parsed record: a store may share a parsed record between reads. */
const known = new WeakMap<object, Likeness>()

function unmarked({ text, parsed }: Likeness, record: object): Likeness {
  if (!parsed) return { text: unmarkedText(text) ?? serializeData(record) }
  let likeness = known.get(parsed)
  if (!likeness) known.set(parsed, (likeness = { text: unmarkedText(text) ?? serializeData(record), parsed: withoutMarks(parsed) }))
  return likeness
}

const BEFORE_MARKS = `"${MARKS}":{`

/**
 * The JSON of a record without the marks behind its data.
 *
 * @returns undefined unless they are last
 */
function unmarkedText(text: string): string | undefined {
  const at = text.lastIndexOf(BEFORE_MARKS)
  // The next brace closes the marks, and the one after it the record: nothing is nested in marks
  if (at < 0 || text.indexOf('}', at) !== text.length - 2) return undefined
  return at === 1 ? '{}' : `${text.slice(0, at - 1)}}`
}
