import { hasAttributesOf, isAlike, type AnyCookie, type Cookie, type CookieData } from '../record/cookie'
import { serializeData } from '../record/serialize-data'
import type { Base, Read } from '../record/snapshot'
import type { Facts } from './plan'
import type { Semantics } from '../settings/policy'
import { isUnchanged, type Likeness } from '../record/json-equality'
import type { Session } from '../session/session'
import type { SessionData } from '../record/session-data'
import type { TouchThrottle } from '../settings/touch-throttle'

/** A session as it was at some moment. */
interface Snapshot extends Likeness {
  readonly id: string | undefined
}

/** A session as the store has it. */
export interface Stored extends Snapshot, Base {
  readonly id: string
}

/** A session as the store was given it. */
export interface Written extends Stored {
  readonly cookie: CookieData
}

/** What an exchange knows of its session: what it began with, what the store was last seen with, and what it was last given. */
export class ChangeTracker {
  /** What the exchange began with. */
  #base: Snapshot = { id: undefined, text: '' }
  /** What the store was last seen with. */
  stored: Stored | undefined
  /** What the store was last asked for. */
  #read: Stored | undefined
  /** What the store was last given. */
  #given: Written | undefined
  /** The cookie that was saved in this exchange, if one was. */
  #saved: CookieData | undefined
  /** The cookie that the exchange began with, where that is watched. */
  #cookie: CookieData | undefined
  #pastHalfLife = false
  /** The data when `facts` was asked. */
  #seen: string | undefined
  /** The data, where they are known. */
  #now: string | undefined

  /** With what was read, or with a session that is new. */
  begin(id: string | undefined, session?: object): void {
    this.#base = session ? { id, text: serializeData(session) } : (this.stored as Stored)
  }

  /** What of the cookie it began with matters later. @param idle how long a session lives without a request, in milliseconds */
  watch(cookie: Cookie, { watchesCookie, renews }: Semantics, idle = Infinity): void {
    if (watchesCookie) this.#cookie = cookie.data
    if (renews) this.#pastHalfLife = isAging(cookie, idle)
  }

  read(id: string, record: SessionData, { version, likeness }: Pick<Read, 'version' | 'likeness'>): Stored {
    const { text, parsed } = likeness ?? { text: serializeData(record) }
    return (this.stored = this.#read = { id, text, parsed, cookie: asRead(record), version })
  }

  /** What of the session goes to the store. */
  giving(session: Session, text = this.#now ?? serializeData(session)): Written {
    // Once: what comes of the save may change the session, and save it again
    this.#now = undefined
    return (this.#given = { id: session.id, text, cookie: (session.cookie as Cookie).data })
  }

  /** @param act during which the session stays as `facts` found it, and need not be written out again */
  unchanged(act: () => void): void {
    this.#now = this.#seen
    try {
      act()
    } finally {
      this.#now = undefined
    }
  }

  /** The store has it. */
  arrived(given = this.#given): void {
    this.stored = given
    this.#saved = given?.cookie
  }

  /** @returns a function that restores what is known now */
  remember(): () => void {
    const { stored } = this
    const [given, saved] = [this.#given, this.#saved]
    return () => {
      this.stored = stored
      this.#given = given
      this.#saved = saved
    }
  }

  /** Something of this exchange has been stored. */
  get hasSaved(): boolean {
    return this.#saved !== undefined
  }

  facts(session: Session): Pick<Facts, 'modified' | 'saved' | 'changed' | 'cookieChanged' | 'cookieReplaced' | 'pastHalfLife'> {
    const text = (this.#seen = this.#textOf(session))
    const { id } = session
    const cookie = session.cookie as Cookie
    return {
      modified: !isSame(this.#base, id, text),
      saved: this.#saved !== undefined && this.stored?.id === id,
      changed: !isSame(this.stored, id, text),
      cookieChanged: this.#saved !== undefined && !isAlike(this.#saved, cookie),
      pastHalfLife: this.#pastHalfLife,
      cookieReplaced: this.#isRecookied(id, cookie),
    }
  }

  #isRecookied(id: string, cookie: Cookie): boolean {
    if (this.#cookie) return !isAlike(this.#cookie, cookie)
    return this.#read?.id === id && !hasAttributesOf(this.#read.cookie, cookie)
  }

  #textOf(session: Session): string {
    const { text, parsed } = this.#base
    return parsed && isUnchanged(session, parsed) ? text : serializeData(session)
  }

  /** Whether the store has been given an expiry lately. @param lifetime of the session, in milliseconds */
  isRested({ id, cookie }: Session, touches: TouchThrottle | undefined, lifetime: number | null = cookie.originalMaxAge): boolean {
    return touches !== undefined && touches.isRecent(id, lifetime)
  }
}

/** `createSession` of express-session puts the live cookie into the record, where the app changes it. */
function asRead({ cookie }: SessionData): AnyCookie | CookieData {
  return typeof (cookie as Cookie).serialize === 'function' ? { ...(cookie as Cookie).data } : cookie
}

/** Less than half of its life is left. */
function isAging({ maxAge, originalMaxAge }: Cookie, idle: number): boolean {
  return typeof maxAge === 'number' && maxAge < Math.min(originalMaxAge ?? 0, idle) / 2
}

function isSame(snapshot: Snapshot | undefined, id: string, text: string): boolean {
  return snapshot !== undefined && snapshot.id === id && snapshot.text === text
}
