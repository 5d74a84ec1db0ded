import { TaskQueue } from './task-queue'
import type { AnyCookie, CookieData } from '../record/cookie'
import { isMissing, isUnanswered } from '../errors/store-errors'
import type { Deadline } from './deadline'
import type { Callback } from '../../primitives/callbacks'
import type { Version } from '../record/snapshot'

/** A session that requests of this process use, with the queue of their calls to the store. Its times are logical: events are counted. */
export class ActiveSession extends TaskQueue {
  holders = 0
  /** When this process last wrote it. */
  writtenAt = 0
  /** When this process last ended it. */
  destroyedAt = -1
  /** Ends on their way: what is read meanwhile may be what they destroy. */
  destroying = 0
  /** The logical time of the last end that the store has confirmed. */
  destroyConfirmedAt = -1
  /** The logical time at which the last write began. */
  writeBeganAt = -1
  /** The ID that the session has been moved to, held as long as this one. A request that still has the old one ends both, and what has come of that. */
  movedTo: { readonly id: string; readonly active: ActiveSession } | undefined
  /** Writes that the store has not answered in time, and may still make. */
  lateWrites = 0
  /** As this process last wrote it. */
  cookie: AnyCookie | CookieData | undefined
  /** What this process last wrote, as JSON, and its version. The next request need not read it: if another process has written meanwhile, the store refuses the version. */
  lastWrite: { readonly text: string; readonly version: Version } | undefined
  /** A touch is on its way. */
  isTouching = false
  /** Other requests that need the same touch. */
  joinedTouches: Callback[] | undefined
}

/** No id. */
const RESIDENT = Symbol()

/** How many late writes are remembered. A store that never answers is left alone by the circuit breaker long before there are so many. */
const MOST_LATE = 10_000

/** A write that the store has not answered in time. It keeps its `ActiveSession` until it ends. */
interface LateWrite {
  end(): void
}

/** The sessions of a store that requests use now, and what this process has done to them meanwhile. Without a request there are none. */
export class ActiveSessions {
  /** Never empty: V8 gives up the memory of a map that has become so, which takes 0.3 microseconds of each request that is alone. */
  readonly #active = new Map<string | symbol, ActiveSession>([[RESIDENT, new ActiveSession()]])
  /** The oldest first. */
  readonly #late = new Set<LateWrite>()
  #now = 1

  /** What happens next is later than this. */
  get now(): number {
    return this.#now
  }

  /** How many sessions are in use by requests. Those that only a late write keeps are not counted. */
  get size(): number {
    return Array.from(this.#active.values()).filter(({ holders, lateWrites }) => holders > lateWrites).length
  }

  /** How many writes are late. */
  get late(): number {
    return this.#late.size
  }

  acquire(id: string): ActiveSession {
    let active = this.#active.get(id)
    if (!active) this.#active.set(id, (active = new ActiveSession()))
    active.holders++
    return active
  }

  release(id: string, active: ActiveSession): void {
    if (--active.holders > 0) return
    this.#active.delete(id)
    this.#stay(active)
  }

  /** A session has another ID now. */
  move(active: ActiveSession, id: string): void {
    const to = this.acquire(id)
    // It may have had this ID before, from which it has come here
    this.#stay(to)
    this.#stay(active)
    active.movedTo = { id, active: to }
  }

  #stay(active: ActiveSession): void {
    const { movedTo } = active
    active.movedTo = undefined
    if (movedTo) this.release(movedTo.id, movedTo.active)
  }

  keep(write: LateWrite): void {
    this.#late.add(write)
    const [oldest] = this.#late
    if (this.#late.size > MOST_LATE) oldest?.end()
  }

  forget(write: LateWrite): void {
    this.#late.delete(write)
  }

  /** Whether the session was destroyed, no other has begun under its ID, and a late write may restore it at any moment. */
  isDestroyed(id: string): boolean {
    if (this.#late.size === 0) return false
    const active = this.#active.get(id)
    return active !== undefined && active.lateWrites > 0 && active.destroyConfirmedAt > active.writeBeganAt
  }

  /** Something happens. @returns its logical time */
  tick(): number {
    return ++this.#now
  }

  /** The session has been written, or may have been. */
  written(id: string): void {
    const active = this.#active.get(id)
    if (active) active.writtenAt = ++this.#now
  }

  /** @param act has the session for itself until it calls back */
  run<Answer extends unknown[]>(
    id: string,
    deadline: Deadline,
    done: (...answer: Answer) => void,
    act: (done: (...answer: Answer) => void) => void,
  ): void {
    const active = this.acquire(id)
    const over = (...answer: Answer): void => {
      deadline.end()
      this.release(id, active)
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

  /** From now on, requests that have read the session do not write it. @param act destroys it: after the writes that wait before it, and before those behind it */
  destroy(id: string, deadline: Deadline, act: (destroyed: Callback, active: ActiveSession) => void, done: Callback): void {
    this.#end(id, deadline, done, (active, ended) =>
      act(err => {
        ended(err)
        try {
          active.ended()
        } finally {
          done(err)
        }
      }, active),
    )
  }

  /** As `destroy`. @param act lets the store destroy it by a method of its own, which may call `destroy` of this class */
  end(id: string, deadline: Deadline, act: (ended: Callback, active: ActiveSession) => void, done: Callback): void {
    this.#end(id, deadline, done, (active, ended) => {
      active.ended()
      act(err => {
        ended(err)
        done(err)
      }, active)
    })
  }

  #end(id: string, deadline: Deadline, done: Callback, begin: (active: ActiveSession, ended: Callback) => void): void {
    const active = this.acquire(id)
    const { destroyedAt } = active
    const now = (active.destroyedAt = ++this.#now)
    active.destroying++
    const ended: Callback = err => {
      deadline.end()
      if (!err || isMissing(err)) active.destroyConfirmedAt = Math.max(active.destroyConfirmedAt, now)
      // It is still there, unless the store has not said so
      else if (!isUnanswered(err) && active.destroyedAt === now) active.destroyedAt = destroyedAt
      active.destroying--
      this.release(id, active)
    }
    const giveUp = (err: Error): void => {
      ended(err)
      // The store has not been asked
      if (active.destroyedAt === now) active.destroyedAt = destroyedAt
      done(err)
    }
    active.run({ begin: () => begin(active, ended), giveUp, deadline })
  }
}
