import { inThisContext } from '../../primitives/async-context'
import type { AnyCookie, CookieData } from '../record/cookie'
import { isMissing, isUnanswered } from '../errors/store-errors'
import type { Deadline } from './deadline'
import type { Callback } from '../../primitives/callbacks'
import type { Version } from '../record/snapshot'
import { setImmediate } from '../../primitives/set-immediate'

export interface Job {
  /** Makes calls to the store, and says to the flight when they are answered. */
  begin(flight: Flight): void
  /** Its turn has not come in time. */
  giveUp(err: Error): void
  readonly deadline: Deadline
  /** May be done at the same time as others that are shared. */
  readonly shared?: boolean
}

/** A session of one id, while somebody holds it. Moments are counted, and not read off a clock. */
export class Flight {
  holders = 0
  /** When this process last wrote it. */
  written = 0
  /** When this process last ended it. */
  died = -1
  /** Ends on their way: what is read meanwhile may be what they destroy. */
  dying = 0
  /** The logical time of the last end that the store has confirmed. */
  destroyed = -1
  /** The logical time at which the last write began. */
  began = -1
  /** The ID that the session has been moved to, held as long as this one. A request that still has the old one ends both, and what has come of that. */
  movedTo: { readonly id: string; readonly flight: Flight } | undefined
  /** Writes that the store has not answered in time, and may still make. */
  late = 0
  /** As this process last wrote it. */
  cookie: AnyCookie | CookieData | undefined
  /** What this process last wrote, as JSON, and the version that it has: who comes next need not read it, for if it is not the last any more the store will say so. */
  last: { readonly text: string; readonly version: Version } | undefined
  /** A touch is on its way. */
  touching = false
  /** Whoever else wants one. */
  joined: Callback[] | undefined
  /** Those that wait. Mostly nobody does. */
  #jobs: Job[] | undefined
  #active = 0
  #sharing = false
  #working = false

  /**
   * One job after another, but for those that share. A job asks the store and nothing else: nobody's handler is ever waited for, so that nothing waits
   * in a circle.
   */
  run(job: Job): void {
    if (!this.#jobs && this.#mayBegin(job)) return this.#begin(job)
    // The job before it begins it, which may be another request's
    const begin = inThisContext((flight: Flight) => job.begin(flight))
    const queued: Job = { begin, giveUp: err => job.giveUp(err), deadline: job.deadline, shared: job.shared === true }
    this.#jobs ??= []
    this.#jobs.push(queued)
    this.#work()
    if (this.#jobs?.includes(queued)) job.deadline.wait(err => this.#giveUp(queued, err))
  }

  /** Nothing is asked of the store, and nobody waits for his turn. */
  get isIdle(): boolean {
    return this.#active === 0 && !this.#jobs
  }

  /** A job is done. */
  ended(): void {
    this.#active--
    if (this.#jobs) this.#work()
  }

  #giveUp(job: Job, err: Error): void {
    this.#jobs = this.#jobs?.filter(other => other !== job)
    if (this.#jobs?.length === 0) this.#jobs = undefined
    job.giveUp(err)
  }

  /** In a loop, since a job may be done at once, and many may wait. */
  #work(): void {
    if (this.#working) return
    this.#working = true
    try {
      for (let first = this.#jobs?.[0]; first && this.#mayBegin(first); first = this.#jobs?.[0]) {
        this.#jobs?.shift()
        this.#begin(first)
      }
      if (this.#jobs?.length === 0) this.#jobs = undefined
    } catch (thrown) {
      // By an app's callback, which concerns none of the others
      setImmediate(() => this.#work())
      throw thrown
    } finally {
      this.#working = false
    }
  }

  #mayBegin({ shared }: Job): boolean {
    return this.#active === 0 || (shared === true && this.#sharing)
  }

  #begin(job: Job): void {
    this.#active++
    this.#sharing = job.shared === true
    job.deadline.rest()
    job.begin(this)
  }
}

/** No id. */
const RESIDENT = Symbol()

/** How many late writes are remembered. A store that never answers is left alone by the circuit breaker long before there are so many. */
const MOST_LATE = 10_000

/** A write that the store has not answered in time. It keeps its session's flight until it ends. */
interface LateWrite {
  end(): void
}

/** The sessions of a store that somebody holds, and what this process has done to them meanwhile. Nobody holds any at rest, and there are none. */
export class InFlight {
  /** Never empty: V8 gives up the memory of a map that has become so, which takes 0.3 microseconds of each request that is alone. */
  readonly #flights = new Map<string | symbol, Flight>([[RESIDENT, new Flight()]])
  /** The oldest first. */
  readonly #late = new Set<LateWrite>()
  #now = 1

  /** What happens next is later than this. */
  get now(): number {
    return this.#now
  }

  /** How many sessions requests hold. Those that only a late write keeps are not among them. */
  get size(): number {
    return Array.from(this.#flights.values()).filter(({ holders, late }) => holders > late).length
  }

  /** How many writes are late. */
  get late(): number {
    return this.#late.size
  }

  hold(id: string): Flight {
    let flight = this.#flights.get(id)
    if (!flight) this.#flights.set(id, (flight = new Flight()))
    flight.holders++
    return flight
  }

  release(id: string, flight: Flight): void {
    if (--flight.holders > 0) return
    this.#flights.delete(id)
    this.#stay(flight)
  }

  /** The session of a flight has another ID now. */
  move(flight: Flight, id: string): void {
    const to = this.hold(id)
    // It may have had this ID before, from which it has come here
    this.#stay(to)
    this.#stay(flight)
    flight.movedTo = { id, flight: to }
  }

  #stay(flight: Flight): void {
    const { movedTo } = flight
    flight.movedTo = undefined
    if (movedTo) this.release(movedTo.id, movedTo.flight)
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
    const flight = this.#flights.get(id)
    return flight !== undefined && flight.late > 0 && flight.destroyed > flight.began
  }

  /** Something happens. @returns its logical time */
  tick(): number {
    return ++this.#now
  }

  /** It has been written, or may have been. */
  written(id: string): void {
    const flight = this.#flights.get(id)
    if (flight) flight.written = ++this.#now
  }

  /** From now on, whoever has read it writes it no more. @param act destroys it, behind the writes that are on their way, and before all that follow */
  destroy(id: string, deadline: Deadline, act: (destroyed: Callback, flight: Flight) => void, done: Callback): void {
    this.#end(id, deadline, done, (flight, ended) =>
      act(err => {
        ended(err)
        try {
          flight.ended()
        } finally {
          done(err)
        }
      }, flight),
    )
  }

  /** Likewise. @param act has somebody else destroy it, who may come back here */
  end(id: string, deadline: Deadline, act: (ended: Callback, flight: Flight) => void, done: Callback): void {
    this.#end(id, deadline, done, (flight, ended) => {
      flight.ended()
      act(err => {
        ended(err)
        done(err)
      }, flight)
    })
  }

  #end(id: string, deadline: Deadline, done: Callback, begin: (flight: Flight, ended: Callback) => void): void {
    const flight = this.hold(id)
    const { died } = flight
    const now = (flight.died = ++this.#now)
    flight.dying++
    const ended: Callback = err => {
      deadline.end()
      if (!err || isMissing(err)) flight.destroyed = Math.max(flight.destroyed, now)
      // It is still there, unless the store has not said so
      else if (!isUnanswered(err) && flight.died === now) flight.died = died
      flight.dying--
      this.release(id, flight)
    }
    const giveUp = (err: Error): void => {
      ended(err)
      // Nobody has been asked
      if (flight.died === now) flight.died = died
      done(err)
    }
    flight.run({ begin: flight => begin(flight, ended), giveUp, deadline })
  }
}
