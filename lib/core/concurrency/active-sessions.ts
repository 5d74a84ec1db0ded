import { LateWrites } from './late-writes'
import { NONE, TaskQueue } from './task-queue'
import type { AnyCookie, CookieData } from '../record/cookie'
import { isMissing, isUnanswered } from '../errors/store-errors'
import type { Deadline } from './deadline'
import { once, type Callback, type ResultCallback } from '../../primitives/callbacks'
import type { SessionData } from '../record/session-data'
import { dateOf } from '../record/lifetime'
import { wholeText } from '../record/serialize-data'
import type { Version } from '../record/snapshot'

/** Logical time before all events. */
export const NEVER = -1

/** A session in use by requests of this process, with the queue of its store calls. Times are logical: events are numbered. */
export class ActiveSession extends TaskQueue {
  /** The ID, once a request has used it. An operation of another user may know only the key of the record. */
  id: string | undefined
  /** The number of requests and pending writes that use it. */
  holders = 0
  /** The logical time of this process's last write. */
  writtenAt = 0
  /** The logical time of this process's last write of the whole record. */
  recordedAt = NEVER
  /** When that record ends, in milliseconds since 1970; undefined if the store decides. */
  recordEnd: number | undefined
  /** The number of ends in progress. A record that is read meanwhile may be about to disappear. */
  ending = 0
  /** Logical times of the ends that have begun and not failed, oldest first. Of the completed ones, only the latest is kept. */
  #ends: readonly number[] = NONE
  /** The logical time of the last end that the store has confirmed. */
  destroyConfirmedAt = NEVER
  /** The logical time at which the last write began. */
  writeBeganAt = NEVER
  /** The session's new ID after a rotation. It is held as long as the old one: a request that still has the old ID and ends the session ends both. */
  movedTo: { readonly id: string; readonly active: ActiveSession } | undefined
  /** The number of writes that timed out and may still be made. */
  lateWrites = 0
  /** The cookie that this process last wrote. */
  cookie: AnyCookie | CookieData | undefined
  /** The record that this process last wrote, as JSON, if requests overlap. The next write need not read it: if another process has written meanwhile, the store refuses the version. */
  lastWrite: { readonly text: string; readonly version: Version } | undefined
  /** A touch is in progress. */
  isTouching = false
  /** Other requests that need the same touch. */
  joinedTouches: Callback[] | undefined

  /** @param key of the record */
  constructor(readonly key: string | symbol) {
    super()
  }

  /** The logical time of the last end that has begun and has not failed. */
  get destroyedAt(): number {
    return this.#ends.at(-1) ?? NEVER
  }

  /**
   * The turn of an end has come.
   *
   * @returns called when it is over, with the error of the store, and with whether the session goes on in any case of an error
   */
  end(now: number): ResultCallback<boolean> {
    this.ending++
    this.#ends = [...this.#ends, now]
    return (err, goesOn = false) => {
      this.ending--
      const isDone = !err || isMissing(err)
      if (isDone) this.destroyConfirmedAt = Math.max(this.destroyConfirmedAt, now)
      // If the store has not responded, it may have ended the session
      const hasFailed = !isDone && (goesOn || !isUnanswered(err))
      this.#ends = this.#ends.filter(end => (hasFailed ? end !== now : end >= now))
    }
  }

  /**
   * This process has written the record.
   *
   * @param version if the store compares versions
   */
  wrote(record: SessionData, cookie: CookieData, version: Version | undefined): void {
    this.cookie = cookie
    this.recordedAt = this.writtenAt
    this.recordEnd = dateOf(record)
    const isOverlapped = version !== undefined && this.holders > 1
    this.lastWrite = isOverlapped ? { text: wholeText(record), version } : undefined
  }
}

/** The key of an entry that is never removed. */
const RESIDENT = Symbol()

/** Converts IDs to the keys of records. */
interface Keys {
  of(id: string): string
}

/** An ID is the key of its record. */
const IDS: Keys = { of: id => id }

/** What all views of the sessions have in common: those by ID and those by key. */
class Shared {
  /** By the keys of records. Never empty: V8 frees the memory of a map that becomes empty, which costs a request 0.3 microseconds. */
  readonly active = new Map<string | symbol, ActiveSession>([[RESIDENT, new ActiveSession(RESIDENT)]])
  readonly lateWrites = new LateWrites()
  now = 1
}

/** The sessions of a store that requests of this process use now. */
export class ActiveSessions {
  constructor(
    private readonly keys = IDS,
    private readonly shared = new Shared(),
  ) {}

  /** The same sessions, by the keys of their records. */
  get byKey(): ActiveSessions {
    return new ActiveSessions(IDS, this.shared)
  }

  /** The current logical time: the next event is later. */
  get now(): number {
    return this.shared.now
  }

  /** The number of sessions that requests use. A session that only late writes keep is not counted. */
  get size(): number {
    return Array.from(this.shared.active.values()).filter(({ holders, lateWrites }) => holders > lateWrites).length
  }

  get lateWrites(): LateWrites {
    return this.shared.lateWrites
  }

  /** The ID under which requests use the record of a key. */
  idOf(key: string): string | undefined {
    return this.shared.active.get(key)?.id
  }

  acquire(id: string): ActiveSession {
    const key = this.keys.of(id)
    let active = this.shared.active.get(key)
    if (!active) this.shared.active.set(key, (active = new ActiveSession(key)))
    if (this.keys !== IDS) active.id = id
    active.holders++
    return active
  }

  release(active: ActiveSession): void {
    if (--active.holders > 0) return
    this.shared.active.delete(active.key)
    this.#forgetMove(active)
  }

  /** The session has another ID now. */
  move(active: ActiveSession, id: string): void {
    const to = this.acquire(id)
    // Earlier rotations of either, perhaps from this ID to that one and back
    this.#forgetMove(to)
    this.#forgetMove(active)
    active.movedTo = { id, active: to }
  }

  #forgetMove(active: ActiveSession): void {
    const { movedTo } = active
    active.movedTo = undefined
    if (movedTo) this.release(movedTo.active)
  }

  /** Whether the session was destroyed, no other has begun under its ID, and a late write may still restore it. */
  isDestroyed(id: string): boolean {
    if (this.shared.lateWrites.size === 0) return false
    const active = this.shared.active.get(this.keys.of(id))
    return active !== undefined && active.lateWrites > 0 && active.destroyConfirmedAt > active.writeBeganAt
  }

  /** An event. @returns its logical time */
  tick(): number {
    return ++this.shared.now
  }

  /** The session has been written, or may have been. */
  written(id: string): void {
    const active = this.shared.active.get(this.keys.of(id))
    if (active) active.writtenAt = this.tick()
  }

  /**
   * Runs an operation while no other call of this process is made for the session.
   *
   * @param act calls back when it has ended
   */
  run<Answer extends unknown[]>(
    id: string,
    deadline: Deadline,
    done: (...answer: Answer) => void,
    act: (done: (...answer: Answer) => void) => void,
  ): void {
    const active = this.acquire(id)
    const over = (...answer: Answer): void => {
      deadline.end()
      this.release(active)
      done(...answer)
    }
    const ended = (...answer: Answer): void => {
      try {
        active.ended()
      } finally {
        over(...answer)
      }
    }
    active.run({ begin: () => act(ended), giveUp: err => over(...([err] as unknown as Answer)), deadline })
  }

  /**
   * Destroys a session. Requests that have read it before cannot write it any more. Saves that were queued before are made first: the destroy may fail.
   *
   * @param act destroys it, after the calls that were queued before. No group of saves spans it. It calls back with whether the session goes on if it
   * fails. Otherwise it may have been destroyed if the store has not answered
   */
  destroy(id: string, deadline: Deadline, act: (destroyed: ResultCallback<boolean>, active: ActiveSession) => void, done: Callback): void {
    this.#end(id, deadline, done, (active, ended) => {
      const destroyed: ResultCallback<boolean> = (err, goesOn) => {
        ended(err, goesOn)
        try {
          active.ended()
        } finally {
          done(err)
        }
      }
      act(once(destroyed), active)
    })
  }

  /**
   * As `destroy`, with the store's own method.
   *
   * @param act the method may call `destroy` of this class, so the queue does not wait for it
   */
  endOutsideQueue(id: string, deadline: Deadline, act: (ended: Callback, active: ActiveSession) => void, done: Callback): void {
    this.#end(id, deadline, done, (active, ended) => {
      active.ended()
      const over: Callback = err => {
        ended(err)
        done(err)
      }
      act(once(over), active)
    })
  }

  #end(id: string, deadline: Deadline, done: Callback, begin: (active: ActiveSession, ended: ResultCallback<boolean>) => void): void {
    const active = this.acquire(id)
    const over = (): void => {
      deadline.end()
      this.release(active)
    }
    const beginNow = (): void => {
      const ended = active.end(this.tick())
      begin(active, (err, goesOn) => {
        ended(err, goesOn)
        over()
      })
    }
    active.run({ begin: beginNow, giveUp: err => (over(), done(err)), deadline })
  }
}
