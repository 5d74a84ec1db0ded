import type { AnyCookie, CookieData } from './cookie'
import { isUnanswered, type Deadline } from './deadline'
import type { Callback, Version } from './store-port'

export interface Job {
  /** Makes calls to the store, and says when they are answered. */
  begin(next: () => void): void
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
  /** As this process last wrote it. */
  cookie: AnyCookie | CookieData | undefined
  /** What this process last wrote, as JSON, and the version that it has: who comes next need not read it, for if it is not the last any more the store will say so. */
  last: { readonly text: string; readonly version: Version } | undefined
  /** Whoever else wants a touch, while one is on its way. */
  touching: Callback[] | undefined
  readonly #jobs: Job[] = []
  #active = 0
  #sharing = false
  #working = false

  /**
   * One job after another, but for those that share. A job asks the store and nothing else: nobody's handler is ever waited for, so that nothing waits
   * in a circle.
   */
  run(job: Job): void {
    this.#jobs.push(job)
    this.#work()
    if (this.#jobs.includes(job)) job.deadline.wait(err => this.#giveUp(job, err))
  }

  #giveUp(job: Job, err: Error): void {
    this.#jobs.splice(this.#jobs.indexOf(job), 1)
    job.giveUp(err)
  }

  /** In a loop, since a job may be done at once, and many may wait. */
  #work(): void {
    if (this.#working) return
    this.#working = true
    try {
      for (let [first] = this.#jobs; first && this.#mayBegin(first); [first] = this.#jobs) this.#begin(first)
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
    this.#jobs.shift()
    this.#active++
    this.#sharing = job.shared === true
    job.deadline.rest()
    job.begin(() => {
      this.#active--
      this.#work()
    })
  }
}

/** The sessions of a store that somebody holds, and what this process has done to them meanwhile. Nobody holds any at rest, and there are none. */
export class InFlight {
  readonly #flights = new Map<string, Flight>()
  #now = 1

  /** What happens next is later than this. */
  get now(): number {
    return this.#now
  }

  get size(): number {
    return this.#flights.size
  }

  hold(id: string): Flight {
    let flight = this.#flights.get(id)
    if (!flight) this.#flights.set(id, (flight = new Flight()))
    flight.holders++
    return flight
  }

  release(id: string, flight: Flight): void {
    if (--flight.holders === 0) this.#flights.delete(id)
  }

  /** It has been written, or may have been. */
  written(id: string): void {
    const flight = this.#flights.get(id)
    if (flight) flight.written = ++this.#now
  }

  /** From now on, whoever has read it writes it no more. @param act destroys it, behind the writes that are on their way, and before all that follow */
  destroy(id: string, deadline: Deadline, act: (destroyed: Callback) => void, done: Callback): void {
    this.#end(id, deadline, done, (next, ended) =>
      act(err => {
        ended(err)
        try {
          next()
        } finally {
          done(err)
        }
      }),
    )
  }

  /** Likewise. @param act has somebody else destroy it, who may come back here */
  end(id: string, deadline: Deadline, act: (ended: Callback) => void, done: Callback): void {
    this.#end(id, deadline, done, (next, ended) => {
      next()
      act(err => {
        ended(err)
        done(err)
      })
    })
  }

  #end(id: string, deadline: Deadline, done: Callback, begin: (next: () => void, ended: Callback) => void): void {
    const flight = this.hold(id)
    const { died } = flight
    const now = (flight.died = ++this.#now)
    flight.dying++
    const ended: Callback = err => {
      deadline.end()
      // It is still there, unless the store has not said so
      if (err && !isUnanswered(err) && flight.died === now) flight.died = died
      flight.dying--
      this.release(id, flight)
    }
    const giveUp = (err: Error): void => {
      ended(err)
      // Nobody has been asked
      if (flight.died === now) flight.died = died
      done(err)
    }
    flight.run({ begin: next => begin(next, ended), giveUp, deadline })
  }
}
