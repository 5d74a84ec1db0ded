import { hasAttributesOf, isAlike, lifetimeOf, type AnyCookie, type Cookie, type CookieData } from '../record/cookie'
import { dateOf } from '../record/lifetime'
import { serializeData } from '../record/serialize-data'
import { dataAsIn, type Base, type Read, type Snapshot, type Stored, type Written } from '../record/snapshot'
import type { Facts } from './plan'
import type { Semantics } from '../settings/policy'
import { isUnchanged } from '../record/json-equality'
import type { Session } from '../session/session'
import type { SessionData } from '../record/session-data'
import type { TouchThrottle } from '../settings/touch-throttle'

/** The states of an exchange's session: as the exchange began with it, as the store was last known to have it, and as it was last passed to the store. */
export class ChangeTracker {
  /** As the exchange began with it. */
  #base: Snapshot = { id: undefined, text: '' }
  /** As the store was last known to have it, or as the last save gave it, if that has failed: the same data is not saved again. */
  stored: Stored | undefined
  /** As it was last read. */
  #read: Stored | undefined
  /** As it was last passed to the store. */
  #given: Written | undefined
  /** The cookie that was last saved in this exchange. */
  #saved: CookieData | undefined
  /** The cookie that the exchange began with, if changes of it count. */
  #cookie: CookieData | undefined
  #pastHalfLife = false
  /** The data as `facts` found it. */
  found: string | undefined
  /** The session object that the states are of. */
  #session: object | undefined
  /** Restore the states of the other objects, if the request has several of its session. */
  #others: Map<object, () => void> | undefined
  #hasSavedOther = false

  /** @param session if it is new; otherwise the exchange begins with what was read */
  begin(id: string | undefined, session?: object): void {
    if (session) this.turnTo(session)
    this.#base = session ? { id, text: serializeData(session) } : (this.stored as Stored)
  }

  /**
   * Remembers what is needed of the cookie that the exchange began with.
   *
   * @param read undefined if the session is new
   * @param idle how long a session lives without a request, in milliseconds
   */
  watch(cookie: Cookie, { watchesCookie, renews }: Semantics, read: Read | undefined, idle = Infinity): void {
    if (watchesCookie) this.#cookie = cookie.data
    if (renews) this.#pastHalfLife = isAging(cookie, idle) || (read !== undefined && isRecordAging(cookie, read, renews))
  }

  /** The cookie is given attributes for this request, which are no reason to save the session. */
  overlook(attributes: Partial<CookieData>): void {
    if (this.#cookie) this.#cookie = { ...this.#cookie, ...attributes }
  }

  /**
   * From now on the states are those of this session object. An app may save another object than `req.session`: each is compared with what it has itself
   * read or stored. An object that comes later begins with the states of the one before.
   *
   * @returns whether another object's states have been replaced by those of this one
   */
  turnTo(session: object): boolean {
    if (session === this.#session) return false
    const others = (this.#others ??= new Map<object, () => void>())
    if (this.#session) others.set(this.#session, this.remember())
    this.#hasSavedOther ||= this.#saved !== undefined
    this.#session = session
    const restore = others.get(session)
    restore?.()
    return restore !== undefined
  }

  /** The record that changes of the current object are measured against. A new session began with its data, without a record. */
  baseOf({ id, cookie }: Session): Base {
    const { known } = this
    return known?.id === id ? known : { text: this.#base.id === id ? this.#base.text : '{}', cookie }
  }

  /** @param session the object that was made of the record */
  read(id: string, record: SessionData, { version, likeness }: Pick<Read, 'version' | 'likeness'>, session?: object | null): Stored {
    if (session) this.turnTo(session)
    const { text, parsed } = likeness ?? { text: serializeData(record) }
    return (this.stored = this.#read = { id, text, parsed, cookie: asRead(record), version })
  }

  /** @returns the session as it is passed to the store now */
  writtenForm(session: Session, text = serializeData(session)): Written {
    return (this.#given = { id: session.id, text, cookie: (session.cookie as Cookie).data })
  }

  /** The store has the session now. */
  wrote(given: Written): void {
    this.stored = given
    this.#saved = given.cookie
  }

  /** The session could not be stored. */
  failed(): void {
    const given = this.#given
    this.stored = given && { ...given, known: this.known }
    this.#saved = given?.cookie
  }

  /** As the store was last known to have it; undefined if the session is new. */
  get known(): Stored | undefined {
    const { stored } = this
    return stored && 'known' in stored ? stored.known : stored
  }

  /** The session has another ID now. Its data is still compared with what was read under the earlier one. */
  redirect(from: string, id: string): void {
    if (this.#base.id === from) this.#base = { ...this.#base, id }
    if (this.#read?.id === from) this.#read = { ...this.#read, id }
    const { stored } = this
    if (stored?.id === from) this.stored = { ...stored, id, ...(stored.known && { known: { ...stored.known, id } }) }
  }

  /** @returns a function that restores the current state of this object */
  remember(): () => void {
    const { stored } = this
    const [given, saved] = [this.#given, this.#saved]
    return () => {
      this.stored = stored
      this.#given = given
      this.#saved = saved
    }
  }

  /** The data that the store was last known to have. */
  dataOf(id: string): object | undefined {
    return dataAsIn(this.known, id)
  }

  /** Whether this exchange has stored its session. */
  get hasSaved(): boolean {
    return this.#hasSavedOther || this.#saved !== undefined
  }

  facts(session: Session): Pick<Facts, 'modified' | 'saved' | 'changed' | 'cookieChanged' | 'cookieReplaced' | 'pastHalfLife'> {
    const text = (this.found = this.#textOf(session))
    const { id } = session
    const cookie = session.cookie as Cookie
    return {
      modified: !isSame(this.#base, id, text),
      saved: this.#saved !== undefined && this.stored?.id === id,
      changed: !isSame(this.stored, id, text),
      cookieChanged: this.#saved !== undefined && !isAlike(this.#saved, cookie),
      pastHalfLife: this.#pastHalfLife,
      cookieReplaced: this.#isCookieReplaced(id, cookie),
    }
  }

  #isCookieReplaced(id: string, cookie: Cookie): boolean {
    if (this.#cookie) return !isAlike(this.#cookie, cookie)
    return this.#read?.id === id && !hasAttributesOf(this.#read.cookie, cookie)
  }

  #textOf(session: Session): string {
    const { text, parsed } = this.#base
    return parsed && isUnchanged(session, parsed) ? text : serializeData(session)
  }

  /** Whether the store has got an expiry so recently that another can wait. @param lifetime of the session, in milliseconds */
  isRested({ id, cookie }: Session, touches: TouchThrottle | undefined, lifetime: number | null = lifetimeOf(cookie)): boolean {
    return touches !== undefined && touches.isRecent(id, lifetime)
  }
}

/** The cookie of a record. `createSession` of express-session puts the live cookie into the record, where the app changes it: that is copied. */
function asRead({ cookie }: SessionData): AnyCookie | CookieData {
  return typeof (cookie as Cookie).serialize === 'function' ? { ...(cookie as Cookie).data } : cookie
}

/** Whether less than half of the session's lifetime is left. */
function isAging({ maxAge, originalMaxAge }: Cookie, idle: number): boolean {
  return typeof maxAge === 'number' && maxAge < Math.min(originalMaxAge ?? 0, idle) / 2
}

/** The same of a record whose cookie ends with the browser. The end of a session with limits is moved in another way. */
function isRecordAging({ maxAge }: Cookie, { record, marks }: Read, lifetime: number): boolean {
  const end = typeof maxAge === 'number' || !record || marks ? undefined : dateOf(record)
  return end !== undefined && end - Date.now() < lifetime / 2
}

function isSame(snapshot: Snapshot | undefined, id: string, text: string): boolean {
  return snapshot !== undefined && snapshot.id === id && snapshot.text === text
}
