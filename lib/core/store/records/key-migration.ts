import { isMissing } from '../../errors/store-errors'
import type { Callback } from '../../../primitives/callbacks'
import { cookieUntil, hasPassed, nearestEnd, possibleLifetime, type Limits } from '../../record/lifetime'
import { expiredRecord } from '../../record/emptied'
import { marksIn, newMarks } from '../../record/marks'
import { CONFIRMED, isConfirmed, isPending, newPending, PENDING, withoutPending } from '../../record/pending'
import { cookieOf, validCookieOf, type SessionData } from '../../record/session-data'
import type { Version } from '../../record/snapshot'
import type { ReadCallback } from '../contract'
import { StoredRecord, type RecordPlace } from './stored-record'

/** How many times other processes may interfere. */
const MOST_TRIES = 20

/** The session in a record whose move has not been completed, for readers that move nothing. Undefined if it is uncertain whether it exists. */
export function sessionIn(record: SessionData): SessionData | undefined {
  return isConfirmed(record) ? withoutMarker(record) : undefined
}

function withoutMarker(record: SessionData): SessionData {
  const session = withoutPending(record)
  return { ...session, cookie: validCookieOf(session) ?? session.cookie }
}

/** How the lifetime of a moved session is determined. */
export interface MovedLifetime {
  /** Whether requests renew the lifetime. The expiry in the record may then be older than the one that touches have set in the store. */
  readonly renews: boolean
  readonly limits: Limits | undefined
  /** Whether a record always tells when its session ends, so that one that is past is not moved. */
  readonly endsByRecord: boolean
}

/** The keys of a session whose record is moved. */
export interface MovedKeys {
  /** The key of the older record. */
  readonly older: string
  readonly key: string
}

/** The record of one session, under two keys. */
export class MovedRecord extends StoredRecord<MovedKeys & RecordPlace> {
  getOlder(done: ReadCallback): void {
    this.calls.get(this.place.older, done, this.place.deadline)
  }

  removeOlder(done: Callback): void {
    this.calls.remove(this.place.older, done, this.place.deadline)
  }
}

/**
 * Moves a record to its new key. A session that another process destroys meanwhile must stay destroyed; that process removes the older record first.
 * So the copy is written first, then the older record is read again. If it is gone, the copy is removed, otherwise the older record is. In a store
 * with compareAndSet, the copy is pending until the older record is removed, and another process completes the move after a crash.
 */
export class KeyMigration {
  #tries = 0

  /** @param done receives the session as the store has it then */
  constructor(
    private readonly records: MovedRecord,
    private readonly lifetime: MovedLifetime,
    private readonly done: ReadCallback,
  ) {}

  /** Runs in the queue of the session. */
  run(): void {
    if (++this.#tries > MOST_TRIES) return this.done(new Error('session record could not be moved: other processes change it too often'))
    this.#older(
      record => this.#copy(record),
      () => this.#current(),
    )
  }

  #older(found: (record: SessionData) => void, none: () => void): void {
    const { records } = this
    records.getOlder((err, record) => {
      if (err) return this.done(err)
      if (record) found(record)
      else none()
    })
  }

  #copy(record: SessionData): void {
    const { records } = this
    // The caller finds that the session has ended
    if (hasPassed(this.lifetime, record)) return this.done(null, record)
    const copy = this.#validCopyOf(record)
    if (!copy) return this.done(null, record)
    const pending = records.compares ? { ...copy, [PENDING]: newPending() } : copy
    records.write(pending, null, (err, outcome) => {
      if (err) return this.done(err)
      // Another process has copied it
      if (!outcome?.ok) return this.#current()
      this.#check(outcome.version)
    })
  }

  /** @returns undefined if the record is invalid: it is left where it is, and reported to the request */
  #validCopyOf(record: SessionData): SessionData | undefined {
    try {
      return this.#copyOf(record)
    } catch {
      return undefined
    }
  }

  #copyOf(older: SessionData): SessionData {
    // An app may have data in the form of the marker
    const record = isPending(older) ? (withoutPending(older) as SessionData) : older
    const cookie = cookieOf(record)
    const { expires } = cookie
    const now = Date.now()
    const { renews, limits } = this.lifetime
    if (!renews && !(expires && Number(expires) <= now)) return { ...record, cookie }
    const lifetime = possibleLifetime(cookie)
    const own = lifetime === null ? null : now + lifetime
    const end = limits ? nearestEnd(marksIn(record) ?? newMarks(now), limits, { now, own }) : (own ?? Infinity)
    return { ...record, cookie: cookieUntil(cookie, end) }
  }

  /**
   * The copy is written.
   *
   * @param version of the copy
   */
  #check(version: Version | undefined): void {
    const { records } = this
    const ended = (): void => (records.compares ? this.#current() : this.#remove())
    this.#older(record => (records.compares ? this.#confirm(record, version) : this.#finish()), ended)
  }

  /** From now on, the session is stored under the new key. */
  #confirm(record: SessionData, version: Version | undefined): void {
    const valid = this.#validCopyOf(record)
    if (!valid) return this.done(null, record)
    const copy = { ...valid, [PENDING]: CONFIRMED }
    this.records.write(copy, version ?? null, (err, outcome) => {
      if (err) return this.done(err)
      if (outcome?.ok) this.#clear(copy, outcome.version)
      else this.#current()
    })
  }

  /** Removes the older record. After a crash, the marker tells others that it may still be there. */
  #clear(confirmed: SessionData, version: Version | undefined): void {
    this.records.removeOlder(err => {
      if (err && !isMissing(err)) return this.done(err)
      this.records.write(withoutMarker(confirmed), version ?? null, err => (err ? this.done(err) : this.#current()))
    })
  }

  /** In a store that does not compare. If the removal of the older record fails, it expires, or is removed with the session. */
  #finish(): void {
    this.records.removeOlder(() => this.#current())
  }

  /** There is no older record, or another process is moving it. */
  #current(): void {
    const { records } = this
    records.get((err, record, version, likeness) => {
      if (err || !record) return this.done(err)
      if (!isPending(record)) return this.done(null, record, version, likeness)
      this.#complete(record, version)
    })
  }

  /** Completes the move of another process, which has crashed or is still running. */
  #complete(pending: SessionData, version: Version | undefined): void {
    if (++this.#tries > MOST_TRIES) return this.run()
    if (isConfirmed(pending)) return this.#clear(pending, version)
    this.#older(
      record => this.#confirm(record, version),
      () => this.#drop(pending, version),
    )
  }

  /** Removes the copy of a destroyed session, unless the move has been completed meanwhile. */
  #drop(pending: SessionData, version: Version | undefined): void {
    const { cookie } = expiredRecord()
    this.records.write({ ...pending, cookie }, version ?? null, (err, outcome) => {
      if (err) return this.done(err)
      if (outcome?.ok) this.#remove()
      else this.#current()
    })
  }

  #remove(): void {
    this.records.remove(err => this.done(isMissing(err) ? null : err))
  }
}
