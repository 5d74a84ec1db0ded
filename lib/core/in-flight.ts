import type { AnyCookie, CookieData } from './cookie'

/** Makes calls to the store, and says when they are answered. */
type Job = (next: () => void) => void

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
  readonly #jobs: { readonly job: Job; readonly shared: boolean }[] = []
  #active = 0
  #sharing = false
  #working = false

  /**
   * One job after another, but for those that share. A job asks the store and nothing else: nobody's handler is ever waited for, so that nothing waits
   * in a circle.
   */
  run(job: Job, shared = false): void {
    this.#jobs.push({ job, shared })
    this.#work()
  }

  /** In a loop, since a job may be done at once, and many may wait. */
  #work(): void {
    if (this.#working) return
    this.#working = true
    try {
      for (let [first] = this.#jobs; first && this.#mayBegin(first.shared); [first] = this.#jobs) this.#begin(first)
    } catch (thrown) {
      // By an app's callback, which concerns none of the others
      setImmediate(() => this.#work())
      throw thrown
    } finally {
      this.#working = false
    }
  }

  #mayBegin(shared: boolean): boolean {
    return this.#active === 0 || (shared && this.#sharing)
  }

  #begin({ job, shared }: { readonly job: Job; readonly shared: boolean }): void {
    this.#jobs.shift()
    this.#active++
    this.#sharing = shared
    job(() => {
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
  destroy(id: string, act: (destroyed: (err?: unknown) => void) => void): void {
    this.#end(id, (flight, ended) =>
      flight.run(next =>
        act(err => {
          ended(err)
          next()
        }),
      ),
    )
  }

  /** Likewise. @param act has somebody else destroy it, who may come back here */
  end(id: string, act: (ended: (err?: unknown) => void) => void): void {
    this.#end(id, (flight, ended) =>
      flight.run(next => {
        next()
        act(ended)
      }),
    )
  }

  #end(id: string, begin: (flight: Flight, ended: (err?: unknown) => void) => void): void {
    const flight = this.hold(id)
    const { died } = flight
    const now = (flight.died = ++this.#now)
    flight.dying++
    begin(flight, err => {
      // It is still there
      if (err && flight.died === now) flight.died = died
      flight.dying--
      this.release(id, flight)
    })
  }
}
