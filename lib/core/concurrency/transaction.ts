import { NEVER, type ActiveSession, type ActiveSessions } from './active-sessions'
import type { Base } from '../record/snapshot'

/** Two ends within a second are the same, as in the dates of cookies. In milliseconds. */
const SECOND = 1000

/** One request's use of the session of one ID, and what it knows of the stored record. */
export class Transaction {
  readonly active: ActiveSession
  readonly #activeSessions: ActiveSessions
  /** The logical time at which this request last read the session, or began it. A later end by any request ends it here too. */
  #since: number
  /** The logical time at which this request last read or wrote the whole record. If another request has written later, its data is not current. */
  #version: number
  /** The record as this request last read or wrote it; undefined if the session is new. */
  base: Base | undefined
  /** The store no longer has the session, although it existed when the request began. */
  missing: boolean
  /** The data of each write of a new session whose outcome is unknown. */
  tried: string[] | undefined
  /** The number of calls to the store that have not ended. */
  #asked = 0
  #released = false

  /** @param before the request's previous transaction, already released. If it has the same ID, its base is kept, but it may be out of date */
  constructor(
    readonly id: string,
    activeSessions: ActiveSessions,
    before?: Transaction,
  ) {
    this.#activeSessions = activeSessions
    this.active = activeSessions.acquire(id)
    const again = before?.id === id
    this.base = again ? before.base : undefined
    this.missing = again && before.missing
    this.#since = this.#version = again ? NEVER : activeSessions.now
  }

  /** The request uses another store now. If the session was ended while it used the previous one, it is ended here too. */
  endWith(before: Transaction): void {
    if (before.id !== this.id || before.#activeSessions !== this.#activeSessions) return
    this.#since = before.#since
  }

  /** A new session begins, whose ID another session may have had. */
  renew(): void {
    this.base = this.tried = undefined
    this.missing = false
    this.#since = this.#version = this.#activeSessions.now
  }

  /** The logical time for `read`, to be taken when the store is asked: a write that comes before the response may not be in it. */
  get moment(): number {
    return this.active.ending > 0 ? NEVER : this.#activeSessions.now
  }

  /** @param base the record that the store returned; undefined if it has none. @param moment when the store was asked */
  read(moment: number, base: Base | undefined): void {
    // A new session is not stored yet
    this.missing = base === undefined && this.base !== undefined
    if (!base) return
    this.base = base
    this.#since = this.#version = moment
  }

  /** @param whole the stored record has the data of this request, and no other */
  wrote(base: Base, whole: boolean): void {
    this.base = base
    this.#version = whole ? this.#activeSessions.now : NEVER
  }

  /** A write has failed, but the store may have made it. Other requests must read the record; this one knows what it would be. */
  failed({ text }: Base): void {
    this.#version = this.#activeSessions.now
    this.tried = [...(this.tried ?? []), text]
  }

  get isEnded(): boolean {
    return this.missing || this.active.destroyedAt > this.#since
  }

  /** No other request of this process has written the session since this one read or wrote it. */
  get isCurrent(): boolean {
    return this.active.writtenAt <= this.#version
  }

  /**
   * Another request of this process has written the record since this one read or wrote it, with this end.
   *
   * @param end in milliseconds since 1970; undefined if the store decides
   */
  isExtendedTo(end: number | undefined): boolean {
    const { recordedAt, recordEnd } = this.active
    return recordedAt > this.#version && (recordEnd === undefined || end === undefined || recordEnd > end - SECOND)
  }

  get released(): boolean {
    return this.#released
  }

  /** Releases the session, once all calls to the store have ended. */
  release(): void {
    if (this.#released) return
    this.#released = true
    if (this.#asked === 0) this.#activeSessions.release(this.active)
  }

  /** A call to the store begins. */
  asking(): void {
    this.#asked++
  }

  /** A call to the store has ended. */
  answered(): void {
    if (--this.#asked === 0 && this.#released) this.#activeSessions.release(this.active)
  }
}
