import { type Limits, isDue, LONGEST_COOKIE, nearestEnd, possibleLifetime, sendable } from '../record/lifetime'
import { marksIn, mergeMarks, newMarks, withUser } from '../record/marks'
import { isMarks, MARKS, type Marked, type Marks } from '../record/reserved-key'
import type { AnyCookie, Cookie } from '../record/cookie'
import type { Diagnosed } from '../diagnostics/diagnose'
import type { MarksWatch } from '../diagnostics/marks-watch'
import type { Read } from '../record/snapshot'

/** Without limits, the marks of a record are kept unchanged. */
const NONE: Limits = { idle: Infinity, absolute: Infinity, otherwise: Infinity }

/** The settings of the middleware that are needed here. */
interface NeededSettings extends Diagnosed {
  readonly lifetime: (Limits & { readonly watch: MarksWatch; readonly renewAfter: number }) | undefined
  /** The settings of sessions by user. */
  readonly users: object | undefined
}

type EndingCookie = Pick<AnyCookie, 'expires' | 'originalMaxAge'>

/** The marks and ends of an exchange's sessions, by ID, because several objects may stand for one session. */
export class SessionLifetime {
  readonly #marks = new Map<string, Marks>()
  /** The ID of a session whose record has no marks. */
  #unmarked: string | undefined
  /** The ID of a session whose record has data of the app under the reserved key. */
  #taken: string | undefined
  /** The end of the session that was read last, in milliseconds since 1970, as its record had it; after a merge, the later of two. */
  lastRead: { readonly id: string; readonly end: number | undefined } | undefined
  /** Whether the request counts as activity. */
  isActive = true
  /** Whether the app has seen the marks, so that they must be stored. */
  #isShown = false
  /** Whether the user has authenticated in this request. */
  isRestarted = false
  /** The ID of a session whose user this request is changing. */
  bound: string | undefined

  readonly #limits: Limits
  readonly #renewAfter: number
  readonly #watch: MarksWatch | undefined

  /** @param about the settings; without limits if only a record has marks */
  constructor(private readonly about: NeededSettings) {
    this.#limits = about.lifetime ?? NONE
    this.#watch = about.lifetime?.watch
    this.#renewAfter = about.lifetime?.renewAfter ?? Infinity
  }

  /** Takes over what the store returned. */
  read(id: string, { record, marks, end }: Read): void {
    this.lastRead = { id, end }
    this.#unmarked = this.#taken = undefined
    if (marks) {
      this.#marks.set(id, marks)
      this.#watch?.found()
    } else if (record && MARKS in record) {
      this.#taken = id
      this.#watch?.isTaken(this.about)
    } else {
      this.#unmarked = id
      this.#watch?.missed(this.about, id)
    }
  }

  /**
   * Merges the marks that another request has stored.
   *
   * @param end of the record
   */
  mergeStored(id: string, record: object, end: number | undefined): void {
    const stored = marksIn(record)
    if (!stored) return
    if (end !== undefined && this.lastRead?.id === id) this.lastRead = { id, end: Math.max(end, this.lastRead.end ?? end) }
    const mine = this.#marks.get(id)
    this.#marks.set(id, mine ? mergeMarks(mine, stored, this.bound === id) : stored)
  }

  /** A new session begins with this ID. */
  begin(id: string): void {
    this.#marks.delete(id)
    if (this.#taken === id) this.#taken = undefined
  }

  /** The session has a new ID. */
  move(from: string, to: string): void {
    const marks = this.#marks.get(from)
    if (marks) this.#marks.set(to, this.issued(marks))
    if (this.#taken === from) this.#taken = to
  }

  /** The marks of a session that gets a new ID now. Without sessions by user, the list is not told of it: without its user, the session is listed anew. */
  issued(marks: Marks): Marks {
    const { m: _, ...kept } = this.about.users ? marks : withUser(marks, undefined)
    return this.#renewAfter < Infinity || marks.i !== undefined ? { ...kept, i: Date.now() } : kept
  }

  /** Whether the ID is so old that it is renewed. */
  isAged(id: string): boolean {
    const marks = this.#renewAfter < Infinity && this.isActive ? this.#marks.get(id) : undefined
    return marks !== undefined && Date.now() - (marks.i ?? marks.c) >= this.#renewAfter
  }

  /** The marks of a session, if it has any yet. */
  known(id: string): Marks | undefined {
    return this.#taken === id ? undefined : this.#marks.get(id)
  }

  /** The marks of a session; they are made when first needed. Undefined without limits, or if the app has data in their place. */
  marksOf(id: string): Marks | undefined {
    if (this.#taken === id) return undefined
    const marks = this.#marks.get(id)
    if (marks || this.#limits === NONE) return marks
    const made = newMarks(Date.now())
    this.#marks.set(id, made)
    return made
  }

  /** The marks for the app. They must be stored, because the app may keep them. */
  marksForApp(id: string): Marks | undefined {
    this.#isShown = true
    return this.marksOf(id)
  }

  /**
   * The user has authenticated now.
   *
   * @returns a function that undoes it
   */
  authenticate(id: string): (() => void) | undefined {
    const [before, wasRestarted] = [this.marksOf(id), this.isRestarted]
    if (!before) return undefined
    this.#marks.set(id, { ...before, a: Date.now() })
    this.isRestarted = true
    return () => {
      this.#marks.set(id, before)
      this.isRestarted = wasRestarted
    }
  }

  /**
   * When a stored session began, in milliseconds since 1970. If its record does not tell, less than one lifetime ago: an earlier one has ended, unless
   * requests to another process have moved its end.
   */
  beganAt({ id, cookie }: { readonly id: string; readonly cookie: EndingCookie }): number {
    return this.#unmarked === id ? Date.now() + 1 - (possibleLifetime(cookie) ?? LONGEST_COOKIE) : (this.marksOf(id)?.c ?? 0)
  }

  /** Whether the store keeps marks, and the app has no data in their place. */
  keepsMarks(id: string): boolean {
    return this.#taken !== id && this.#watch?.isLost === false
  }

  /**
   * Changes the user of a session, until it is saved.
   *
   * @param authenticated when the user has authenticated, in milliseconds since 1970; undefined if that does not change
   * @returns a function to call when the save has ended, with whether it has succeeded
   */
  bind(id: string, user: string | undefined, authenticated?: number): (isSaved: boolean) => void {
    const before = this.marksOf(id) as Marks
    this.#marks.set(id, withUser({ ...before, a: authenticated ?? before.a }, user))
    this.bound = id
    return isSaved => {
      this.bound = undefined
      if (!isSaved) this.#marks.set(id, before)
    }
  }

  /** A session with this ID is about to be created. */
  creating(id: string): void {
    this.#watch?.created(id)
  }

  /**
   * The end of a session in milliseconds since 1970; Infinity if it has none.
   *
   * @param keepsEnd whether the end in the record is up to date: a request without activity then leaves it
   */
  endOf(id: string, cookie: EndingCookie, keepsEnd = false): number {
    const now = Date.now()
    const own = ownEnd(cookie, this.isRestarted ? now : undefined)
    const marks = this.marksOf(id)
    if (!marks) return own ?? Infinity
    const idleEnd = keepsEnd && !this.isActive && !this.isRestarted && this.lastRead?.id === id ? this.lastRead.end : undefined
    return nearestEnd(marks, this.#limits, { now, own, idleEnd })
  }

  /** Whether the record lacks marks that it needs, and the store would keep them. */
  lacksMarks(id: string): boolean {
    const isNeeded = this.#limits.absolute < Infinity || this.#renewAfter < Infinity || this.#isShown
    return isNeeded && this.#unmarked === id && this.#watch?.isLost === false
  }

  /**
   * Whether the whole record is saved to move its end.
   *
   * @param least the smallest move, in milliseconds
   */
  isDue(id: string, cookie: EndingCookie, least: number): boolean {
    if (this.#limits.idle === Infinity || !this.isActive) return false
    return isDue(this.lastRead?.id === id ? this.lastRead.end : undefined, this.endOf(id, cookie), least)
  }

  /** The cookie to send. */
  sent(id: string, cookie: Cookie): Cookie {
    const marks = this.#limits !== NONE && cookie.expires instanceof Date ? this.marksOf(id) : undefined
    return marks ? sendable(cookie, marks, this.#limits, Date.now()) : cookie
  }

  /** The marks to store with this data; undefined if the app has data in their place. */
  marksFor(id: string, data: Marked): Marks | undefined {
    const isOfApp = MARKS in data && !isMarks(data[MARKS])
    if (this.#taken === id) this.#taken = isOfApp ? id : undefined
    else if (isOfApp) this.#take(id)
    return this.marksOf(id)
  }

  /** The app has put data under the reserved key. A session with marks, or by user, does not store it: a client may have sent it, to escape them. */
  #take(id: string): void {
    if (!this.#marks.has(id) && !this.about.users) this.#taken = id
    this.#watch?.isTaken(this.about)
  }
}

/** @param restarted when the lifetime of the cookie has begun anew */
function ownEnd(cookie: EndingCookie, restarted: number | undefined): number | null {
  if (!cookie.expires) return null
  const lifetime = possibleLifetime(cookie)
  return restarted === undefined || lifetime === null ? new Date(cookie.expires).valueOf() : restarted + lifetime
}
