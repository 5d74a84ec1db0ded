import { type Limits, cookieUntil, isDue, latestCookie, nearestEnd } from '../record/lifetime'
import { marksIn, mergeMarks, newMarks } from '../record/marks'
import { isMarks, MARKS, type Marked, type Marks } from '../record/reserved-key'
import type { AnyCookie, Cookie } from '../record/cookie'
import type { Diagnosed } from '../diagnostics/diagnose'
import type { MarksWatch } from '../diagnostics/marks-watch'
import type { Read } from '../record/snapshot'

/** If no limit is set: what a record has under the reserved key is carried along all the same. */
const NONE: Limits = { idle: Infinity, absolute: Infinity, otherwise: Infinity }

/** What is known of the middleware. */
interface About extends Diagnosed {
  readonly lifetime: (Limits & { readonly watch: MarksWatch }) | undefined
}

type Ending = Pick<AnyCookie, 'expires' | 'originalMaxAge'>

/** What an exchange knows of the life of its sessions, by their IDs: objects of one session come and go. */
export class SessionLifetime {
  readonly #marks = new Map<string, Marks>()
  /** The ID of a session whose record was read without marks. */
  #unmarked: string | undefined
  /** The ID of a session in which the app has data under the reserved key. */
  #taken: string | undefined
  /** The end that the record has, by ID. */
  #stored: { readonly id: string; readonly end: number | undefined } | undefined
  /** The request keeps the session alive. */
  isActive = true
  /** Marks that the app has seen are to be stored. */
  #isShown = false
  /** The user has authenticated in this request. */
  #isRestarted = false

  readonly #limits: Limits
  readonly #watch: MarksWatch | undefined

  /** @param about the middleware; without limits if the options are not set, and a record has marks */
  constructor(private readonly about: About) {
    this.#limits = about.lifetime ?? NONE
    this.#watch = about.lifetime?.watch
  }

  /** The store has returned a record. */
  read(id: string, { record, marks, end }: Read): void {
    this.#stored = { id, end }
    this.#unmarked = this.#taken = undefined
    if (marks) {
      this.#marks.set(id, marks)
      this.#watch?.found()
    } else if (record && MARKS in record) this.#take(id)
    else {
      this.#unmarked = id
      this.#watch?.missed(this.about, id)
    }
  }

  /** The app has data under the reserved key, which stays its own. */
  #take(id: string): void {
    this.#taken = id
    this.#watch?.isTaken(this.about)
  }

  /** Another request has stored the session meanwhile. @param end of the record */
  meet(id: string, record: object, end: number | undefined): void {
    const stored = marksIn(record)
    if (!stored) return
    if (end !== undefined && this.#stored?.id === id) this.#stored = { id, end: Math.max(end, this.#stored.end ?? end) }
    const mine = this.#marks.get(id)
    this.#marks.set(id, mine ? mergeMarks(mine, stored) : stored)
  }

  /** A session of this ID begins. */
  begin(id: string): void {
    this.#marks.delete(id)
    if (this.#taken === id) this.#taken = undefined
  }

  /** The session has another ID. */
  move(from: string, to: string): void {
    const marks = this.#marks.get(from)
    if (marks) this.#marks.set(to, marks)
  }

  /** The marks of a session, which are made when they are first needed. None if no limit is set, or the app has data in their place. */
  marksOf(id: string): Marks | undefined {
    if (this.#taken === id) return undefined
    const marks = this.#marks.get(id)
    if (marks || this.#limits === NONE) return marks
    const made = newMarks(Date.now())
    this.#marks.set(id, made)
    return made
  }

  /** As `marksOf`, for the app: what it is told has to hold, and is stored. */
  shownOf(id: string): Marks | undefined {
    this.#isShown = true
    return this.marksOf(id)
  }

  /** The user has authenticated now. @returns what takes that back */
  authenticate(id: string): (() => void) | undefined {
    const before = this.marksOf(id)
    if (!before) return undefined
    this.#marks.set(id, { ...before, a: Date.now() })
    this.#isRestarted = true
    return () => void this.#marks.set(id, before)
  }

  /** A session of this ID is to be created with these marks. */
  creating(id: string): void {
    this.#watch?.created(id)
  }

  /** @param keepsEnd whether the end in the record is up to date, so that a request that is no activity can leave it as it is */
  endOf(id: string, cookie: Ending, keepsEnd = false): number {
    const now = Date.now()
    const own = this.#ownEnd(cookie, now)
    const marks = this.marksOf(id)
    if (!marks) return own ?? Infinity
    const idleEnd = keepsEnd && !this.isActive && !this.#isRestarted && this.#stored?.id === id ? this.#stored.end : undefined
    return nearestEnd(marks, this.#limits, { now, own, idleEnd })
  }

  #ownEnd({ expires, originalMaxAge }: Ending, now: number): number | null {
    if (!expires) return null
    return this.#isRestarted ? now + (originalMaxAge ?? 0) : new Date(expires).valueOf()
  }

  /** The record lacks marks that it needs, and the store would keep. */
  lacksMarks(id: string): boolean {
    return this.#unmarked === id && this.#watch?.isLost === false && (this.#limits.absolute < Infinity || this.#isShown)
  }

  /** The end in the record is to be moved by a write of the whole record. @param least how far, in milliseconds */
  isDue(id: string, cookie: Ending, least: number): boolean {
    if (this.#limits.idle === Infinity || !this.isActive) return false
    return isDue(this.#stored?.id === id ? this.#stored.end : undefined, this.endOf(id, cookie), least)
  }

  /** The cookie as it is sent. */
  sent(id: string, cookie: Cookie): Cookie {
    const { expires } = cookie
    const marks = this.#limits !== NONE && expires instanceof Date ? this.marksOf(id) : undefined
    if (!marks) return cookie
    const latest = latestCookie(marks, this.#limits, Date.now())
    return (expires as Date).valueOf() > latest ? cookieUntil(cookie, latest) : cookie
  }

  /** As `marksOf`, of a session that is to be stored with these data. Under the reserved key, the app's own data stay, unless they could be taken for marks. */
  marksFor(id: string, data: Marked): Marks | undefined {
    if (!(MARKS in data)) return this.marksOf(id)
    if (!isMarks(data[MARKS])) this.#take(id)
    else if (this.#taken === id) this.#taken = undefined
    return this.marksOf(id)
  }
}
