import type { Flight, InFlight } from './active-sessions'

/** Logical time before all events. */
const NEVER = -1

/**
 * A write that the store has been asked for and has not answered. It keeps its session's flight, so that a logout that comes meanwhile is known when
 * the write is made, however late that is.
 */
export class PendingWrite {
  readonly #flight: Flight
  readonly #inFlight: InFlight
  /** The logical time at which the write began. A session that is destroyed later must not be restored by it. */
  readonly #began: number
  #state: 'in time' | 'late' | 'over' = 'in time'

  /** @param kind a touch leaves the data as they are, though some stores write the whole record for it */
  constructor(
    readonly id: string,
    readonly kind: 'data' | 'touch',
    inFlight: InFlight,
  ) {
    this.#inFlight = inFlight
    const flight = (this.#flight = inFlight.hold(id))
    // A destroy that has been asked for may come to the store behind this write
    this.#began = flight.dying > 0 ? NEVER : inFlight.now
    if (kind === 'data') flight.began = Math.max(flight.began, this.#began)
  }

  /** The write has been answered in time, or its caller is told that it was not. */
  settle(): void {
    if (this.kind === 'data') this.#flight.written = this.#inFlight.tick()
    if (this.#state === 'in time') this.#release()
  }

  /** The store has not answered in time, and may make the write all the same. */
  giveUp(): void {
    this.#state = 'late'
    this.#flight.late++
    this.#inFlight.keep(this)
  }

  /** The store has answered after all. @returns whether the write may have restored a session that was destroyed; then `end` is to be called when it is destroyed again */
  arrive(): boolean {
    this.#flight.written = this.#inFlight.tick()
    if (this.#flight.died > this.#began) return true
    this.end()
    return false
  }

  /** The write can restore nothing any more, or is one too many to be remembered. */
  end(): void {
    if (this.#state !== 'late') return
    this.#flight.late--
    this.#inFlight.forget(this)
    this.#release()
  }

  #release(): void {
    this.#state = 'over'
    this.#inFlight.release(this.id, this.#flight)
  }
}
