import type { ActiveSession, ActiveSessions } from './active-sessions'

/** Logical time before all events. */
const NEVER = -1

/**
 * A write that the store has been asked for and has not answered. It keeps its `ActiveSession`, so that a logout that comes meanwhile is known when
 * the write is made, however late that is.
 */
export class PendingWrite {
  readonly #active: ActiveSession
  readonly #activeSessions: ActiveSessions
  /** The logical time at which the write began. A session that is destroyed later must not be restored by it. */
  readonly #began: number
  #state: 'in time' | 'late' | 'over' = 'in time'

  /** @param kind a touch leaves the data as they are, though some stores write the whole record for it */
  constructor(
    readonly id: string,
    readonly kind: 'data' | 'touch',
    activeSessions: ActiveSessions,
  ) {
    this.#activeSessions = activeSessions
    const active = (this.#active = activeSessions.acquire(id))
    // A destroy that has been asked for may come to the store behind this write
    this.#began = active.destroying > 0 ? NEVER : activeSessions.now
    if (kind === 'data') active.writeBeganAt = Math.max(active.writeBeganAt, this.#began)
  }

  /** The write has been answered in time, or its caller is told that it was not. */
  settle(): void {
    if (this.kind === 'data') this.#active.writtenAt = this.#activeSessions.tick()
    if (this.#state === 'in time') this.#release()
  }

  /** The store has not answered in time, and may make the write all the same. */
  giveUp(): void {
    this.#state = 'late'
    this.#active.lateWrites++
    this.#activeSessions.keep(this)
  }

  /** The store has answered after all. @returns whether the write may have restored a session that was destroyed; then `end` is to be called when it is destroyed again */
  arrive(): boolean {
    this.#active.writtenAt = this.#activeSessions.tick()
    if (this.#active.destroyedAt > this.#began) return true
    this.end()
    return false
  }

  /** The write can restore nothing any more, or is one too many to be remembered. */
  end(): void {
    if (this.#state !== 'late') return
    this.#active.lateWrites--
    this.#activeSessions.forget(this)
    this.#release()
  }

  #release(): void {
    this.#state = 'over'
    this.#activeSessions.release(this.id, this.#active)
  }
}
