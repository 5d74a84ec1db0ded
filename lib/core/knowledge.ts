import type { Cookie, CookieData } from './cookie'
import { fingerprint } from './fingerprint'
import type { Base, Read } from './hold'
import type { Facts, Family } from './plan'
import { cookieOf, type Session, type SessionData } from './session'
import type { Touches } from './touches'

/** A session as it was at some moment. */
interface Snapshot {
  readonly id: string | undefined
  readonly text: string
}

/** A session as the store has it. */
export interface Stored extends Snapshot, Base {
  readonly id: string
}

/** A session as the store was given it. */
export interface Given extends Stored {
  /** The cookie's, as JSON. */
  readonly attributes: string
}

/** What an exchange knows of its session: what it began with, what the store was last seen with, and what it was last given. */
export class Knowledge {
  /** What the exchange began with. */
  #base: Snapshot = { id: undefined, text: '' }
  /** What the store was last seen with. */
  stored: Stored | undefined
  /** What the store was last given. */
  #given: Given | undefined
  /** The cookie that was saved in this exchange, if one was. */
  #saved: string | undefined
  /** The cookie that the exchange began with, where that is watched. */
  #cookie: string | undefined
  #aging = false

  /** With what was read, or with a session that is new. */
  begin(id: string | undefined, session?: object): void {
    this.#base = session ? { id, text: fingerprint(session) } : (this.stored as Stored)
  }

  /** What of the cookie it began with matters later. */
  watch(cookie: Cookie, { watchesCookie, renews }: Family): void {
    if (watchesCookie) this.#cookie = attributes(cookie.data)
    if (renews) this.#aging = isAging(cookie)
  }

  read(id: string, record: SessionData, { version, text = fingerprint(record) }: Pick<Read, 'version' | 'text'>): Stored {
    return (this.stored = { id, text, cookie: record.cookie, version })
  }

  /** What of the session goes to the store. */
  giving(session: Session): Given {
    const { data } = session.cookie as Cookie
    return (this.#given = { id: session.id, text: fingerprint(session), cookie: data, attributes: attributes(data) })
  }

  /** The store has it. */
  arrived(given = this.#given): void {
    this.stored = given
    this.#saved = given?.attributes
  }

  /** Something of this exchange has been stored. */
  get hasSaved(): boolean {
    return this.#saved !== undefined
  }

  facts(session: Session): Pick<Facts, 'modified' | 'saved' | 'changed' | 'cookieChanged' | 'recookied' | 'aging'> {
    const now = { id: session.id, text: fingerprint(session) }
    return {
      modified: !same(now, this.#base),
      saved: this.#saved !== undefined && this.stored?.id === session.id,
      changed: !same(now, this.stored),
      cookieChanged: this.#saved !== undefined && this.#saved !== attributes((session.cookie as Cookie).data),
      aging: this.#aging,
      recookied: this.#cookie !== undefined && this.#cookie !== attributes((session.cookie as Cookie).data),
    }
  }

  /** Whether the store has been given an expiry lately. Not where the cookie is another one by now: a touch would store it. */
  isRested({ id, cookie }: Session, touches: Touches | undefined): boolean {
    if (!touches || this.stored?.id !== id || !touches.isRecent(id, cookie.originalMaxAge)) return false
    return hasSameAttributes(this.stored, cookie as Cookie)
  }
}

/** Whether a cookie says what that of a record says. */
export function hasSameAttributes(record: Pick<SessionData, 'cookie'>, cookie: Cookie): boolean {
  return attributes(cookieOf(record).data) === attributes(cookie.data)
}

/** Less than half of its life is left. */
function isAging({ maxAge, originalMaxAge }: Cookie): boolean {
  return typeof maxAge === 'number' && maxAge < (originalMaxAge ?? 0) / 2
}

/** A cookie in stored form, but for the expiry, which moves by itself. */
function attributes(cookie: CookieData): string {
  return JSON.stringify({ ...cookie, expires: undefined })
}

function same(a: Snapshot, b: Snapshot | undefined): boolean {
  return b !== undefined && a.id === b.id && a.text === b.text
}
