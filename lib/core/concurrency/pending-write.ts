import { NEVER, type ActiveSession, type ActiveSessions } from './active-sessions'

/**
 * A write in progress. It keeps its `ActiveSession`, so that a logout during the write is known when the store responds, however late that is.
 */
export class PendingWrite {
  readonly #active: ActiveSession
  readonly #activeSessions: ActiveSessions
  /** The logical time at which the write began. It must not restore a session that is destroyed later. */
  readonly #began: number
  #state: 'in time' | 'late' | 'over' = 'in time'

  /** @param kind a touch does not change the data, but some stores write the whole record for it */
  constructor(
    id: string,
    readonly kind: 'data' | 'touch',
    activeSessions: ActiveSessions,
  ) {
    this.#activeSessions = activeSessions
    const active = (this.#active = activeSessions.acquire(id))
    // An end in progress may reach the store after this write
    this.#began = active.ending > 0 ? NEVER : activeSessions.now
    if (kind === 'data') active.writeBeganAt = Math.max(active.writeBeganAt, this.#began)
  }

  /** The store has responded in time, or the caller gets the timeout error now. */
  settle(): void {
    if (this.kind === 'data') this.#active.writtenAt = this.#activeSessions.tick()
    if (this.#state === 'in time') this.#release()
  }

  /** The write has timed out. The store may still make it. */
  giveUp(): void {
    this.#state = 'late'
    this.#active.lateWrites++
    this.#activeSessions.lateWrites.keep(this)
  }

  /** The store has responded late. @returns whether the write may have restored a destroyed session; then call `end` when that is destroyed again */
  arrive(): boolean {
    this.#active.writtenAt = this.#activeSessions.tick()
    if (this.#active.destroyedAt > this.#began) return true
    this.end()
    return false
  }

  /** The write can no longer restore a session, or there are too many late writes to remember. */
  end(): void {
    if (this.#state !== 'late') return
    this.#active.lateWrites--
    this.#activeSessions.lateWrites.forget(this)
    this.#release()
  }

  #release(): void {
    this.#state = 'over'
    this.#activeSessions.release(this.#active)
  }
}
